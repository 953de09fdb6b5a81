/** Turns what may stop any step of a start into plain words: a disk that is full, a database that goes away. */
import { ClavigerError } from '@claviger/core'
import { statfs } from 'node:fs/promises'
import { diskFullError, isDiskFull, messageOf, StartError, type Config } from '#config'

/** PostgreSQL ends itself when it cannot make the next piece of its log, which has 16 MiB. */
const WRITE_AHEAD_PIECE_BYTES = 16 * 1024 * 1024

/** @returns a StartError where there are words for it, else the error itself */
export async function startFailureOf(
  error: unknown,
  config: Pick<Config, 'dataDir' | 'databaseUrl'>,
): Promise<unknown> {
  // what a step has said in words of its own is the better news; a migration can only repeat what the database said
  if (error instanceof StartError && error.code !== 'migration_failed') return error
  const isEmbedded = config.databaseUrl === undefined
  if (isDiskFull(error)) return isEmbedded ? diskFullError(config.dataDir, error) : databaseFull(error)
  if (!ClavigerError.is(error) || error.code !== 'store_unavailable') return error
  if (isEmbedded && (await freeBytesOf(config.dataDir)) < WRITE_AHEAD_PIECE_BYTES)
    return diskFullError(config.dataDir, error)
  return new StartError('database_unreachable', `The database stopped answering: ${messageOf(error.cause)}`, {
    cause: error,
  })
}

function databaseFull(cause: unknown): StartError {
  return new StartError('disk_full', 'The disk of the database (DATABASE_URL) is full. Free some space there.', {
    cause,
  })
}

async function freeBytesOf(folder: string): Promise<number> {
  try {
    const { bavail, bsize } = await statfs(folder)
    return bavail * bsize
  } catch {
    // the folder is gone: then its disk is not what stopped us
    return Number.POSITIVE_INFINITY
  }
}
