/** Connections: where to, with what settings, and how values come back. */
import pg from 'pg'

/** What `pg` needs to find the database. */
export type Target = Pick<pg.ClientConfig, 'host' | 'port' | 'user' | 'database' | 'connectionString'>

const INT8 = 20
const INT8_ARRAY = 1016
const STATEMENT_TIMEOUT_MS = 30_000
const GRACE_MS = 5_000
const CONNECT_TIMEOUT_MS = 5_000
const IDLE_CONNECTION_MS = 60_000

/** @throws RangeError beyond ±(2^53 - 1): a wrong number must never pass for a right one */
export function safeInteger(text: string): number {
  const number = Number(text)
  if (!Number.isSafeInteger(number)) {
    throw new RangeError('an int8 from the database does not fit a JavaScript number; select it as text')
  }
  return number
}

const types: pg.CustomTypesConfig = {
  getTypeParser(oid: number, format?: 'text' | 'binary'): unknown {
    if (format !== 'binary' && oid === INT8) return safeInteger
    if (format !== 'binary' && oid === INT8_ARRAY) return int8Array
    return pg.types.getTypeParser(oid, format)
  },
}

/** `{1,2}`: one dimension, no nulls; our tables hold no others. */
function int8Array(text: string): readonly number[] {
  return text === '{}' ? [] : text.slice(1, -1).split(',').map(safeInteger)
}

export interface PoolOptions {
  readonly target: Target
  readonly max: number
  readonly name: string
  /** Longest statement; 0: no bound, for migrations. Default 30 s. */
  readonly statementTimeoutMs?: number
  /** Between us and the database stands a pooler, which knows no settings of a session. */
  readonly pooler?: boolean
}

/** A pool whose connections may break at any time without taking the process down. */
export function openPool(options: PoolOptions): pg.Pool {
  const timeoutMs = options.statementTimeoutMs ?? STATEMENT_TIMEOUT_MS
  const pool = new pg.Pool({
    ...clientOptions(options.target, options.name),
    max: options.max,
    min: 1,
    idleTimeoutMillis: IDLE_CONNECTION_MS,
    ...(options.pooler === true || timeoutMs === 0
      ? {}
      : { statement_timeout: timeoutMs, idle_in_transaction_session_timeout: timeoutMs }),
    // a query that hangs on a dead connection ends too; later than the server's own timeout, which is the better news
    ...(timeoutMs === 0 ? {} : { query_timeout: timeoutMs + GRACE_MS }),
  })
  // the query that was running fails by itself; without listeners the process would end
  pool.on('error', () => {})
  pool.on('connect', (client) => {
    client.on('error', () => {})
  })
  // a connection that still waits for an answer must not serve the next one: that one would wait too
  pool.on('release', (_, client) => {
    if (client instanceof pg.Client && Reflect.get(client, 'readyForQuery') !== true) client.end().catch(() => {})
  })
  return pool
}

/** The settings that all our connections share. */
export function clientOptions(target: Target, name: string): pg.ClientConfig {
  return {
    ...target,
    application_name: name,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    types,
  }
}
