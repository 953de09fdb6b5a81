/** Tells a database that is away from a statement that was wrong. */
import { ClavigerError } from '@claviger/core'
import { isDiskFull, systemCode } from '#config'

/** SQLSTATE classes and codes, and system errors, that mean: the database does not answer now. */
const LOST =
  /^(?:08...|57P0[1-4]|53[0-4]00|58030|25P03|57014|ECONN(?:REFUSED|RESET|ABORTED)|EPIPE|ENOENT|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)$/
const LOST_MESSAGE =
  /^(?:Connection terminated|Client has encountered a connection error|timeout exceeded when trying to connect|timeout expired|Query read timeout|Cannot use a pool after calling end|Client was closed|The server does not|the database system is)/

/** Whether this failure says that the database is away, rather than that the statement was wrong. */
export function isLost(error: unknown): boolean {
  const code = systemCode(error)
  if (code !== undefined && LOST.test(code)) return true
  if (error instanceof AggregateError) return error.errors.some(isLost)
  return error instanceof Error && LOST_MESSAGE.test(error.message)
}

/** For the caller: 503, with the cause for the log. */
export function storeUnavailable(cause: unknown): ClavigerError {
  const message = isDiskFull(cause)
    ? 'The database cannot write now: its disk is full.'
    : 'The database does not answer. Try again shortly.'
  return new ClavigerError('store_unavailable', message, { cause, retryAfterSeconds: 1 })
}
