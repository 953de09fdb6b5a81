/** One file of addresses in memory, checked from end to end, with one question to it. */
import { formatIp, type IpAddress } from '@claviger/core'
import { Reader, type Response } from 'mmdb-lib'
import { z } from 'zod'
import { BrokenFile } from './broken-file.ts'
import { checkTree, type Tree } from './check-tree.ts'
import { NetworkCache, type Network } from './network-cache.ts'
import type { Subject } from './subject.ts'

export interface Database<Answer> {
  /** As the maker calls it: `GeoLite2-Country`. */
  readonly databaseType: string
  /** When the maker built it. */
  readonly builtAtMs: number
  answerOf(ip: IpAddress): Answer | undefined
}

const SEPARATOR_BYTES = 16
const DECODED_RECORDS = 10_000
const GZIP = [0x1f, 0x8b]

const Metadata = z.object({
  binaryFormatMajorVersion: z.literal(2),
  buildEpoch: z.date().max(new Date('9999-12-31')),
  databaseType: z.string(),
  ipVersion: z.literal([4, 6]),
  nodeCount: z.int().min(1).max(0xffff_ffff),
  recordSize: z.literal([24, 28, 32]),
})
type Metadata = z.infer<typeof Metadata>

/**
 * Takes in a file after looking at every node of its tree and every record.
 *
 * @throws BrokenFile when it is no file of this format, is damaged, or never answers the question
 */
export async function openDatabase<Answer extends string | number>(
  bytes: Buffer,
  subject: Subject<Answer>,
): Promise<Database<Answer>> {
  const { reader, metadata } = readHead(bytes)
  const tree = treeOf(bytes, metadata)
  let answers = 0
  await checkTree(tree, (bits) => {
    if (subject.read(recordAt(reader, textOf(bits))) !== undefined) answers += 1
  })
  if (answers === 0)
    throw new BrokenFile(`it is a ${metadata.databaseType} file and names ${subject.noun} for no address`)
  const isIpv4Only = metadata.ipVersion === 4
  const cache = new NetworkCache((ip): Network<Answer> => {
    const [record, prefixLength] = reader.getWithPrefixLength(formatIp(ip))
    return { answer: record === null ? undefined : subject.read(record), prefixLength }
  })
  return {
    databaseType: metadata.databaseType,
    builtAtMs: metadata.buildEpoch.getTime(),
    // The reader would take the first bits of an IPv6 address for an IPv4 address.
    answerOf: (ip) => (isIpv4Only && ip.family === 6 ? undefined : cache.answerOf(ip)),
  }
}

function readHead(bytes: Buffer): { readonly reader: Reader<Response>; readonly metadata: Metadata } {
  if (bytes[0] === GZIP[0] && bytes[1] === GZIP[1]) throw new BrokenFile('it is packed: unpack it (gunzip, tar -xzf)')
  let reader: Reader<Response>
  try {
    reader = new Reader<Response>(bytes, { cache: boundedCache() })
  } catch (cause) {
    throw new BrokenFile('it is not in the MaxMind format (.mmdb), or its end is missing', { cause })
  }
  const { data: metadata } = Metadata.safeParse(reader.metadata)
  if (metadata === undefined) throw new BrokenFile('its description is damaged, or of a version that is not known here')
  return { reader, metadata }
}

function treeOf(bytes: Buffer, { nodeCount, recordSize, ipVersion }: Metadata): Tree {
  if (nodeCount * (recordSize / 4) + SEPARATOR_BYTES > bytes.length)
    throw new BrokenFile('it is shorter than it says: a part is missing')
  return { bytes, nodeCount, recordBits: recordSize, addressBits: ipVersion === 4 ? 32 : 128 }
}

function recordAt(reader: Reader<Response>, address: string): unknown {
  try {
    return reader.get(address)
  } catch (cause) {
    throw new BrokenFile(`what it says about ${address} cannot be read`, { cause })
  }
}

/** So that records which share parts, also many times over, are read in linear time. */
function boundedCache(): { get: (key: unknown) => unknown; set: (key: unknown, value: unknown) => void } {
  const kept = new Map<unknown, unknown>()
  return {
    get: (key) => kept.get(key),
    set(key, value) {
      if (kept.size >= DECODED_RECORDS) kept.clear()
      kept.set(key, value)
    },
  }
}

/** Bits as the reader wants them: written out. */
function textOf(bits: Uint8Array): string {
  const group = (at: number, length: number): number =>
    bits.subarray(at, at + length).reduce((value, bit) => value * 2 + bit, 0)
  return bits.length === 32
    ? [0, 8, 16, 24].map((at) => group(at, 8)).join('.')
    : [0, 16, 32, 48, 64, 80, 96, 112].map((at) => group(at, 16).toString(16)).join(':')
}
