/** Opens the store: engine, schema, pool. */
import { Kysely, PostgresDialect } from 'kysely'
import type pg from 'pg'
import type { Config, Log } from '#config'
import { createAvailability } from './availability.ts'
import { openPool } from './connection.ts'
import { watchDisk } from './disk.ts'
import { openHost } from './host.ts'
import { createJobs } from './jobs.ts'
import { openListener, type Subscription } from './listen.ts'
import { migrate, readMigrations, type Migration } from './migrate.ts'
import { createRaw } from './raw.ts'
import type { Store } from './store.ts'
import type { Tables } from './tables.ts'
import { runTransaction } from './transaction.ts'
import { atMost } from './within.ts'

export interface StoreOptions {
  /** A server owns the embedded engine; an admin joins it, or owns it for as long as it runs. Default: server. */
  readonly role?: 'server' | 'admin'
  /** Further settings of the embedded PostgreSQL, for tests. */
  readonly engineSettings?: Readonly<Record<string, string>>
  /** In place of the server's own, for tests. */
  readonly migrations?: readonly Migration[]
}

const POOL_CLOSE_MS = 3_000

/**
 * Starts or joins the embedded PostgreSQL, or connects to `DATABASE_URL`, and brings the schema up to date.
 *
 * @throws StartError in plain words for whoever started the process
 */
export async function openStore(config: Config, log: Log, options: StoreOptions = {}): Promise<Store> {
  const role = options.role ?? 'server'
  const host = await openHost(config, log, role, options.engineSettings)
  const { pooler } = host
  const name = `claviger ${role} ${process.pid}`
  const pool = openPool({ target: host.target, max: config.databasePool, name, pooler })
  try {
    const openUnbounded = (): pg.Pool => openPool({ target: host.target, max: 2, name, statementTimeoutMs: 0, pooler })
    await migrate({ usual: pool, openUnbounded }, options.migrations ?? readMigrations(), log)
    const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) })
    const availability = createAvailability(pool, log)
    const disk = await watchDisk([...new Set([host.dataDir, config.dataDir])], config, log)
    const jobs = createJobs(pool, log)
    const subscriptions = new Set<Subscription>()
    return {
      db,
      transaction: (work) => runTransaction(db, availability, work),
      raw: createRaw(pool, availability, { pooler }),
      listen: async (channel, onNotify, onState) => {
        const subscription = await openListener(host.listenTarget, { channel, onNotify, onState }, log)
        subscriptions.add(subscription)
        return {
          close: async () => {
            subscriptions.delete(subscription)
            await subscription.close()
          },
        }
      },
      jobs,
      engine: host.engine,
      dataDir: host.dataDir,
      available: () => host.running() && availability.available(),
      disk: () => disk.state(),
      async close() {
        disk.close()
        availability.close()
        await jobs.stop()
        await Promise.all([...subscriptions].map((subscription) => subscription.close()))
        // a connection that does not come back must not keep the engine from stopping
        await atMost(POOL_CLOSE_MS, pool.end())
        await host.close()
      },
    }
  } catch (error) {
    await atMost(POOL_CLOSE_MS, pool.end())
    await host.close()
    throw error
  }
}
