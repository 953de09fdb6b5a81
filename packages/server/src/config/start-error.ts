/** Why the server cannot start, in words for the person who started it. Printed as it stands, without a stack. */

export type StartErrorCode =
  | 'config_invalid'
  | 'port_taken'
  | 'address_not_available'
  | 'port_not_permitted'
  | 'data_dir_not_writable'
  | 'data_dir_taken'
  | 'data_dir_newer'
  | 'data_dir_foreign'
  | 'disk_full'
  | 'engine_missing'
  | 'engine_failed'
  | 'database_unreachable'
  | 'database_refused'
  | 'database_too_old'
  | 'schema_newer'
  | 'schema_edited'
  | 'migration_failed'
  | 'seal_key_missing'
  | 'seal_key_wrong'
  | 'seal_key_exposed'
  | 'seal_key_malformed'
  | 'seal_key_unreadable'
  | 'seal_key_unwritable'
  | 'backup_failed'
  | 'restore_refused'
  | 'tls_invalid'
  | 'redis_evicts'
  | 'geo_file_unusable'

/** `message` says what is wrong and what to do about it; `cause` is for the log. Holds no secrets. */
export class StartError extends Error {
  override readonly name = 'StartError'
  readonly code: StartErrorCode

  constructor(code: StartErrorCode, message: string, options: { readonly cause?: unknown } = {}) {
    super(message, { cause: options.cause })
    this.code = code
  }
}

/** The error code of a failed system call (`EADDRINUSE`, `ENOENT`, …) or of PostgreSQL (`57P03`); undefined when there is none. */
export function systemCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}

/** Full, or full for this user: of the file system, and of PostgreSQL. */
const DISK_FULL = new Set(['ENOSPC', 'EDQUOT', '53100'])
/** As PostgreSQL and its tools write it, when they do not get as far as an error code. */
const DISK_FULL_WORDS = /No space left on device|Disk quota exceeded/

/** Whether somebody on the way down had no room to write. */
export function isDiskFull(error: unknown): boolean {
  if (typeof error === 'string') return DISK_FULL_WORDS.test(error)
  if (DISK_FULL.has(systemCode(error) ?? '')) return true
  if (error instanceof AggregateError && error.errors.some(isDiskFull)) return true
  return error instanceof Error && (DISK_FULL_WORDS.test(error.message) || isDiskFull(error.cause))
}

export function diskFullError(folder: string, cause: unknown): StartError {
  return new StartError(
    'disk_full',
    `The disk that holds ${folder} is full: it has no space or no inodes left. Free some, or set CLAVIGER_DATA_DIR to a folder on another disk.`,
    { cause },
  )
}

/** What any thrown thing has to say. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** Turns a failed `listen` into plain words. */
export function listenError(host: string, port: number, cause: unknown): StartError {
  const where = `${host.includes(':') ? `[${host}]` : host}:${port}`
  switch (systemCode(cause)) {
    case 'EADDRINUSE':
      return new StartError(
        'port_taken',
        `Port ${port} on ${host} is taken by another program. Stop it, or choose another address: CLAVIGER_LISTEN=${host}:${port + 1}`,
        { cause },
      )
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new StartError(
        'address_not_available',
        `This machine has no address ${host}. Set CLAVIGER_LISTEN to one it has, e.g. 127.0.0.1:${port}`,
        { cause },
      )
    case 'EACCES':
    case 'EPERM':
      return new StartError(
        'port_not_permitted',
        `This user may not listen on ${where}. Ports below 1024 need root; choose another: CLAVIGER_LISTEN=${host}:7300`,
        { cause },
      )
    default:
      return new StartError('address_not_available', `Cannot listen on ${where}: ${messageOf(cause)}`, { cause })
  }
}
