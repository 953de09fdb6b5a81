/** Country and autonomous system of an address, from files in the MaxMind format that are read again when they change. */
import { fileURLToPath } from 'node:url'
import { isPublicAddress, type GeoLookup } from '@claviger/core'
import { StartError, type Config, type Log } from '#config'
import { ASN, COUNTRY, type GeoKind, type Subject } from './subject.ts'
import { reasonOf, WatchedDatabase, type DatabaseState } from './watched-database.ts'

export interface GeoFileState extends DatabaseState {
  /** The file that comes with Claviger, not one of the operator's. */
  readonly isBuiltIn: boolean
}

export interface GeoState {
  readonly country: GeoFileState
  /** undefined: there is no such file. */
  readonly asn: GeoFileState | undefined
}

/**
 * Private, local and reserved addresses are unknown whatever a file says: they are nowhere in particular, and some files
 * place them all the same.
 */
export interface Geo extends GeoLookup {
  /** Whether such questions can be answered at all. */
  has(kind: GeoKind): boolean
  state(): GeoState
  close(): void
}

export interface GeoOptions {
  readonly config: Pick<Config, 'geoCountryFile' | 'geoAsnFile'>
  readonly log: Log
  /** Unix ms. */
  readonly nowMs: () => number
  /** How often the files are looked at; a new one is in use after two looks. */
  readonly lookEveryMs?: number
}

const LOOK_EVERY_MS = 2_000

/** @throws StartError `geo_file_unusable` */
export async function openGeo({ config, log, nowMs, lookEveryMs = LOOK_EVERY_MS }: GeoOptions): Promise<Geo> {
  const open = async <Answer extends string | number>(
    subject: Subject<Answer>,
    ownFile: string | undefined,
  ): Promise<WatchedDatabase<Answer>> => {
    try {
      return await WatchedDatabase.open({ subject, file: ownFile ?? builtInFile(), log, nowMs })
    } catch (cause) {
      throw startError(subject, ownFile, cause)
    }
  }
  const { geoCountryFile, geoAsnFile } = config
  const country = await open(COUNTRY, geoCountryFile)
  const asn = geoAsnFile === undefined ? undefined : await open(ASN, geoAsnFile)
  const watch = lookRepeatedly([country, ...(asn === undefined ? [] : [asn])], lookEveryMs)
  return {
    countryOf: (ip) => (isPublicAddress(ip) ? country.answerOf(ip) : undefined),
    asnOf: (ip) => (asn !== undefined && isPublicAddress(ip) ? asn.answerOf(ip) : undefined),
    has: (kind) => kind === 'country' || asn !== undefined,
    state: () => ({
      country: { ...country.state(), isBuiltIn: geoCountryFile === undefined },
      asn: asn && { ...asn.state(), isBuiltIn: false },
    }),
    close: () => watch.close(),
  }
}

/** @throws when the package is not installed */
function builtInFile(): string {
  return fileURLToPath(import.meta.resolve('@ip-location-db/geo-whois-asn-country-mmdb/geo-whois-asn-country.mmdb'))
}

function startError(
  { kind, variable, noun }: Subject<string | number>,
  ownFile: string | undefined,
  cause: unknown,
): StartError {
  const why = reasonOf(cause)
  const otherwise = kind === 'country' ? 'for the file that comes with Claviger' : 'to do without'
  const message =
    ownFile === undefined
      ? `The country file that comes with Claviger cannot be used: ${why}. Run npm ci again, or let ${variable} name a file of your own.`
      : `The file ${ownFile} cannot be used: ${why}. ${variable} must name a file in the MaxMind format (.mmdb) that knows ${noun} of an address; unset it ${otherwise}.`
  return new StartError('geo_file_unusable', message, { cause })
}

/** One after the other, and the next time only when all were looked at: reading a large file takes a while. */
function lookRepeatedly(
  databases: readonly Pick<WatchedDatabase<string>, 'look'>[],
  everyMs: number,
): { close(): void } {
  let isClosed = false
  let timer = later()
  function later(): NodeJS.Timeout {
    return setTimeout(() => void look(), everyMs).unref()
  }
  async function look(): Promise<void> {
    for (const database of databases) await database.look()
    if (!isClosed) timer = later()
  }
  return {
    close() {
      isClosed = true
      clearTimeout(timer)
    },
  }
}
