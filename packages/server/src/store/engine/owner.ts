/**
 * Who owns a running embedded engine: the process that holds an advisory lock in it. The lock dies with its holder,
 * so that an engine without one is an orphan.
 */
import pg from 'pg'
import { systemCode } from '#config'
import { ENGINE_ROLE } from './cluster.ts'

export type OwnerRole = 'server' | 'admin'

export interface OwnerName {
  readonly role: OwnerRole
  readonly pid: number
}

export type LockAttempt =
  | { readonly kind: 'got'; readonly client: pg.Client }
  | { readonly kind: 'taken'; readonly by: OwnerName | undefined }
  /** Not (yet, or any more) answering. */
  | { readonly kind: 'silent' }

export type Ownership =
  | { readonly kind: 'owned'; readonly by: OwnerName | undefined }
  | { readonly kind: 'unowned' }
  | { readonly kind: 'silent' }

/** `('CLAV', 1)`: any two numbers that nothing else uses. Advisory locks are per database, hence always in `postgres`. */
const LOCK = [0x43_4c_41_56, 1] as const
const CONNECT_TIMEOUT_MS = 10_000

/** Connects to the engine and tries to become its owner. Never waits for another owner. */
export async function tryOwn(socketDir: string, role: OwnerRole): Promise<LockAttempt> {
  return visit<LockAttempt>(socketDir, `claviger owner ${role} ${process.pid}`, async (client) => {
    const { rows } = await client.query<{ got: boolean }>('select pg_try_advisory_lock($1, $2) as got', [...LOCK])
    if (rows[0]?.got === true) return { kind: 'got', client }
    const ownership = await currentOwner(client)
    await client.end()
    return { kind: 'taken', by: ownership.kind === 'owned' ? ownership.by : undefined }
  })
}

/** Only asks: whoever starts the engine at this moment and is about to own it is not disturbed. */
export async function askOwner(socketDir: string): Promise<Ownership> {
  return visit<Ownership>(socketDir, `claviger guest ${process.pid}`, async (client) => {
    const ownership = await currentOwner(client)
    await client.end()
    return ownership
  })
}

async function visit<Found>(
  socketDir: string,
  name: string,
  look: (client: pg.Client) => Promise<Found>,
): Promise<Found | { readonly kind: 'silent' }> {
  const client = new pg.Client({
    host: socketDir,
    port: 5432,
    user: ENGINE_ROLE,
    database: 'postgres',
    application_name: name,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  })
  // an owner's connection may break at any time; whoever holds the client looks at its end
  client.on('error', () => {})
  try {
    await client.connect()
    return await look(client)
  } catch (error) {
    client.end().catch(() => {})
    if (isComingOrGoing(error)) return { kind: 'silent' }
    throw error
  }
}

async function currentOwner(client: pg.Client): Promise<Ownership> {
  const { rows } = await client.query<{ application_name: string }>(
    `select application_name from pg_locks join pg_stat_activity using (pid)
     where locktype = 'advisory' and classid = $1 and objid = $2 and objsubid = 2 and granted`,
    [...LOCK],
  )
  if (rows[0] === undefined) return { kind: 'unowned' }
  const match = /^claviger owner (server|admin) (\d+)$/.exec(rows[0].application_name)
  const by: OwnerName | undefined =
    match === null ? undefined : { role: match[1] === 'admin' ? 'admin' : 'server', pid: Number(match[2]) }
  return { kind: 'owned', by }
}

/** No socket yet, starting up, shutting down, or cut while connecting: all of them pass. */
function isComingOrGoing(error: unknown): boolean {
  const code = systemCode(error)
  if (code === 'ENOENT' || code === 'ECONNREFUSED' || code === 'ECONNRESET' || code === 'EPIPE') return true
  if (code === '57P03' || code === '57P01' || code === '57P02' || code === '53300') return true
  return error instanceof Error && /^(Connection terminated|timeout expired)/.test(error.message)
}
