/** Environment in, one frozen typed object out. Nobody else reads `process.env`. */
import { hostname } from 'node:os'
import { isAbsolute, join, resolve } from 'node:path'
import { parseIp, type CidrSet, type Secret } from '@claviger/core'
import { nearestName } from './nearest-name.ts'
import { Rejected, type Listen } from './parse.ts'
import { StartError } from './start-error.ts'
import { VARIABLES, type Role, type VariableName } from './variables.ts'

export type Environment = Readonly<Record<string, string | undefined>>

export interface TlsFiles {
  readonly certFile: string
  readonly keyFile: string
  readonly clientCaFile: string | undefined
}

/** Files and folders are absolute. Durations are ms (`…Ms`), sizes bytes. */
export interface Config {
  readonly listen: Listen
  readonly dataDir: string
  readonly databaseUrl: Secret<string> | undefined
  readonly feedDatabaseUrl: Secret<string> | undefined
  readonly databasePool: number
  readonly redisUrl: Secret<string> | undefined
  readonly roles: ReadonlySet<Role>
  readonly nodeName: string
  readonly tls: TlsFiles | undefined
  readonly trustedProxies: CidrSet
  readonly forwardAuthSecret: Secret<string> | undefined
  /** Empty: the control API answers on every host. */
  readonly controlHosts: ReadonlySet<string>
  /** Without a slash at the end; undefined: the listen address. */
  readonly publicUrl: string | undefined
  readonly sealKeyFile: string
  readonly logLevel:
    | (typeof VARIABLES)['CLAVIGER_LOG_LEVEL']['default']
    | 'trace'
    | 'debug'
    | 'warn'
    | 'error'
    | 'fatal'
    | 'silent'
  readonly allowPrivateUpstreams: ReadonlySet<string>
  readonly maxBodyBytes: number
  readonly maxHeaderBytes: number
  readonly headersTimeoutMs: number
  readonly requestTimeoutMs: number
  readonly idleTimeoutMs: number
  readonly shutdownGraceMs: number
  readonly journalRetentionDays: number
  readonly diskWarnFreeBytes: number
  readonly diskStopFreeBytes: number
  readonly diskFullMode: 'refuse' | 'drop'
  /** Without a key, per address; 0: no bound. So are the two that follow. */
  readonly openCallsPerMinute: number
  readonly healthCallsPerMinute: number
  readonly setupAttemptsPerMinute: number
  readonly feedStaleMs: number
  readonly serveKnownMs: number
  /** undefined: the country file that comes with Claviger. */
  readonly geoCountryFile: string | undefined
  /** undefined: no ASN is known. */
  readonly geoAsnFile: string | undefined
}

type Parsed<Name extends VariableName> = ReturnType<(typeof VARIABLES)[Name]['parse']>
/** A variable with a default always has a value. */
type Value<Name extends VariableName> = (typeof VARIABLES)[Name] extends { readonly default: string }
  ? Parsed<Name>
  : Parsed<Name> | undefined

const SECOND = 1_000
const MEGABYTE = 1024 * 1024

/**
 * Reads and checks all variables at once.
 *
 * @param env usually `process.env`; an empty value counts as unset
 * @param cwd what relative paths are relative to; absolute
 * @throws StartError `config_invalid` that lists everything that is wrong, unknown `CLAVIGER_*` names with the nearest known one
 */
export function loadConfig(env: Environment, cwd: string): Config {
  const problems: string[] = unknownNames(env)
  const read = <Name extends VariableName>(name: Name): Value<Name> => readVariable(env, name, problems)
  const path = (value: string): string => (isAbsolute(value) ? value : resolve(cwd, value))
  const dataDir = path(read('CLAVIGER_DATA_DIR') ?? '')
  const filePath = (value: string | undefined): string | undefined => (value === undefined ? undefined : path(value))
  const config: Config = {
    listen: read('CLAVIGER_LISTEN'),
    dataDir,
    databaseUrl: read('DATABASE_URL'),
    feedDatabaseUrl: read('CLAVIGER_FEED_DATABASE_URL'),
    databasePool: read('CLAVIGER_DATABASE_POOL'),
    redisUrl: read('REDIS_URL'),
    roles: read('CLAVIGER_ROLES'),
    nodeName: read('CLAVIGER_NODE_NAME') ?? machineName(),
    tls: tlsFiles(read('CLAVIGER_TLS_CERT'), read('CLAVIGER_TLS_KEY'), read('CLAVIGER_TLS_CLIENT_CA'), path, problems),
    trustedProxies: read('CLAVIGER_TRUSTED_PROXIES'),
    forwardAuthSecret: read('CLAVIGER_FORWARD_AUTH_SECRET'),
    controlHosts: read('CLAVIGER_CONTROL_HOSTS'),
    publicUrl: read('CLAVIGER_PUBLIC_URL')?.replace(/\/+$/, ''),
    sealKeyFile: filePath(read('CLAVIGER_SEAL_KEY_FILE')) ?? join(dataDir, 'seal.key'),
    logLevel: read('CLAVIGER_LOG_LEVEL'),
    allowPrivateUpstreams: read('CLAVIGER_ALLOW_PRIVATE_UPSTREAMS'),
    maxBodyBytes: read('CLAVIGER_MAX_BODY_BYTES'),
    maxHeaderBytes: read('CLAVIGER_MAX_HEADER_BYTES'),
    headersTimeoutMs: read('CLAVIGER_HEADERS_TIMEOUT_SECONDS') * SECOND,
    requestTimeoutMs: read('CLAVIGER_REQUEST_TIMEOUT_SECONDS') * SECOND,
    idleTimeoutMs: read('CLAVIGER_IDLE_TIMEOUT_SECONDS') * SECOND,
    shutdownGraceMs: read('CLAVIGER_SHUTDOWN_GRACE_SECONDS') * SECOND,
    journalRetentionDays: read('CLAVIGER_JOURNAL_RETENTION_DAYS'),
    diskWarnFreeBytes: read('CLAVIGER_DISK_WARN_FREE_MB') * MEGABYTE,
    diskStopFreeBytes: read('CLAVIGER_DISK_STOP_FREE_MB') * MEGABYTE,
    diskFullMode: read('CLAVIGER_DISK_FULL_MODE'),
    openCallsPerMinute: read('CLAVIGER_OPEN_CALLS_PER_MINUTE'),
    healthCallsPerMinute: read('CLAVIGER_HEALTH_CALLS_PER_MINUTE'),
    setupAttemptsPerMinute: read('CLAVIGER_SETUP_ATTEMPTS_PER_MINUTE'),
    feedStaleMs: read('CLAVIGER_FEED_STALE_SECONDS') * SECOND,
    serveKnownMs: read('CLAVIGER_SERVE_KNOWN_SECONDS') * SECOND,
    geoCountryFile: filePath(read('CLAVIGER_GEO_COUNTRY_DB')),
    geoAsnFile: filePath(read('CLAVIGER_GEO_ASN_DB')),
  }
  read('CLAVIGER_URL')
  read('CLAVIGER_TOKEN')
  if (problems.length === 0) problems.push(...contradictions(config))
  if (problems.length > 0) {
    throw new StartError(
      'config_invalid',
      `The configuration cannot be used:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`,
    )
  }
  return Object.freeze(config)
}

/** Whether an address is reachable from this machine only. Names count as loopback only when they say so. */
export function isLoopback(host: string): boolean {
  if (host === 'localhost' || host === '::1') return true
  return parseIp(host)?.family === 4 && host.startsWith('127.')
}

function readVariable<Name extends VariableName>(env: Environment, name: Name, problems: string[]): Value<Name> {
  const variable: { readonly default?: string; readonly parse: (value: string) => unknown } = VARIABLES[name]
  const given = env[name]
  const text = given === undefined || given === '' ? variable.default : given
  try {
    // The table's own types say what its parser answers; a rejected value never leaves `loadConfig`.
    return (text === undefined ? undefined : variable.parse(text)) as Value<Name>
  } catch (error) {
    if (!(error instanceof Rejected)) throw error
    problems.push(`${name} ${error.message}`)
    return (variable.default === undefined ? undefined : variable.parse(variable.default)) as Value<Name>
  }
}

function unknownNames(env: Environment): string[] {
  const known = Object.keys(VARIABLES)
  return Object.keys(env)
    .filter((name) => name.startsWith('CLAVIGER_') && !known.includes(name))
    .toSorted()
    .map((name) => {
      const nearest = nearestName(name, known)
      return nearest === undefined
        ? `${name} is not a variable of Claviger; see: claviger config`
        : `${name} is not a variable of Claviger; did you mean ${nearest}?`
    })
}

function tlsFiles(
  cert: string | undefined,
  key: string | undefined,
  clientCa: string | undefined,
  path: (value: string) => string,
  problems: string[],
): TlsFiles | undefined {
  if (cert !== undefined && key !== undefined) {
    return {
      certFile: path(cert),
      keyFile: path(key),
      clientCaFile: clientCa === undefined ? undefined : path(clientCa),
    }
  }
  if (cert !== undefined || key !== undefined)
    problems.push('CLAVIGER_TLS_CERT and CLAVIGER_TLS_KEY go together: set both or none')
  else if (clientCa !== undefined) problems.push('CLAVIGER_TLS_CLIENT_CA needs CLAVIGER_TLS_CERT and CLAVIGER_TLS_KEY')
  return undefined
}

function contradictions(config: Config): string[] {
  const found: string[] = []
  if (config.tls === undefined && !isLoopback(config.listen.host) && config.trustedProxies.texts.length === 0) {
    found.push(
      `CLAVIGER_LISTEN=${config.listen.host}:${config.listen.port} is reachable from outside, and keys would travel in plain text: ` +
        'set CLAVIGER_TLS_CERT and CLAVIGER_TLS_KEY, or CLAVIGER_TRUSTED_PROXIES if a proxy ends TLS',
    )
  }
  if (config.diskStopFreeBytes > config.diskWarnFreeBytes)
    found.push('CLAVIGER_DISK_STOP_FREE_MB must not be above CLAVIGER_DISK_WARN_FREE_MB')
  return found
}

function machineName(): string {
  const name = hostname()
    .replaceAll(/[^A-Za-z0-9._-]/g, '-')
    .slice(0, 63)
  return /^[A-Za-z0-9]/.test(name) ? name : 'claviger'
}
