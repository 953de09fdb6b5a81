/** The database's host: our own embedded engine, or the one of `DATABASE_URL`. */
import pg from 'pg'
import { messageOf, StartError, systemCode, type Config, type Log } from '#config'
import { clientOptions, type Target } from './connection.ts'
import { ENGINE_ROLE, makeWritable, openEmbeddedEngine } from './engine/index.ts'
import { isLost } from './lost-connection.ts'

export interface Host {
  readonly engine: 'embedded' | 'external'
  readonly target: Target
  /** Direct, for LISTEN. */
  readonly listenTarget: Target
  readonly dataDir: string
  /** A pooler such as PgBouncer stands before `target`. */
  readonly pooler: boolean
  running(): boolean
  close(): Promise<void>
}

const DATABASE = 'claviger'
/** For listeners, the owner's lock, admin commands, and what PostgreSQL keeps for itself. */
const SPARE_CONNECTIONS = 30
const OLDEST_MAJOR = 15
const DUPLICATE_DATABASE = '42P04'

/** @throws StartError */
export async function openHost(
  config: Config,
  log: Log,
  role: 'server' | 'admin',
  settings: Readonly<Record<string, string>> | undefined,
): Promise<Host> {
  if (config.databaseUrl !== undefined) {
    makeWritable(config.dataDir)
    return openExternal(config.databaseUrl.reveal(), config)
  }
  const engine = await openEmbeddedEngine({
    dataDir: config.dataDir,
    role,
    log,
    keepFreeBytes: config.diskStopFreeBytes,
    settings: { max_connections: String(config.databasePool + SPARE_CONNECTIONS), ...settings },
  })
  const server = { host: engine.socketDir, port: 5432, user: ENGINE_ROLE }
  try {
    await ensureDatabase({ ...server, database: 'postgres' })
  } catch (error) {
    await engine.close()
    throw error
  }
  const target = { ...server, database: DATABASE }
  return {
    engine: 'embedded',
    target,
    listenTarget: target,
    dataDir: engine.homeDir,
    pooler: false,
    running: engine.running,
    close: engine.close,
  }
}

async function ensureDatabase(target: Target): Promise<void> {
  await withClient(target, async (client) => {
    const { rows } = await client.query('select 1 from pg_database where datname = $1', [DATABASE])
    if (rows.length > 0) return
    try {
      await client.query(`create database ${DATABASE}`)
    } catch (error) {
      if (systemCode(error) !== DUPLICATE_DATABASE) throw error
    }
  })
}

async function openExternal(url: string, config: Config): Promise<Host> {
  const target = { connectionString: url }
  await checkExternal(target, 'DATABASE_URL')
  const feedUrl = config.feedDatabaseUrl?.reveal()
  const listenTarget = feedUrl === undefined ? target : { connectionString: feedUrl }
  if (feedUrl !== undefined) await checkExternal(listenTarget, 'CLAVIGER_FEED_DATABASE_URL')
  return {
    engine: 'external',
    target,
    listenTarget,
    dataDir: config.dataDir,
    // a direct connection of its own for LISTEN is what one sets because of a pooler
    pooler: feedUrl !== undefined,
    running: () => true,
    close: () => Promise.resolve(),
  }
}

async function checkExternal(target: Target, variable: string): Promise<void> {
  try {
    await withClient(target, async (client) => {
      const { rows } = await client.query<{ version: string }>(
        "select current_setting('server_version_num') as version",
      )
      const major = Math.floor(Number(rows[0]?.version) / 10_000)
      if (major < OLDEST_MAJOR) {
        throw new StartError(
          'database_too_old',
          `The database of ${variable} is PostgreSQL ${major}. Claviger needs ${OLDEST_MAJOR} or newer.`,
        )
      }
    })
  } catch (error) {
    if (error instanceof StartError) throw error
    throw externalError(variable, error)
  }
}

/** Never repeats the URL: it may hold a password. */
function externalError(variable: string, error: unknown): StartError {
  const code = systemCode(error)
  const detail = error instanceof AggregateError ? error.errors.map(String).join('; ') : messageOf(error)
  if (code?.startsWith('28') === true) {
    return new StartError(
      'database_refused',
      `The database of ${variable} does not let us in: ${detail}. Check user and password in the URL.`,
      { cause: error },
    )
  }
  if (code === '3D000')
    return new StartError(
      'database_refused',
      `The database of ${variable} does not exist: ${detail}. Create it first.`,
      { cause: error },
    )
  const advice = isLost(error) ? 'Is PostgreSQL running there, and can this machine reach it?' : 'Check the URL.'
  return new StartError('database_unreachable', `The database of ${variable} cannot be reached: ${detail}. ${advice}`, {
    cause: error,
  })
}

async function withClient(target: Target, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client(clientOptions(target, `claviger start ${process.pid}`))
  client.on('error', () => {})
  try {
    await client.connect()
    await work(client)
  } finally {
    await client.end().catch(() => {})
  }
}
