/** The embedded engine over its whole life: opened, watched, restarted when it dies, stopped. */
import { rmSync } from 'node:fs'
import type pg from 'pg'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '#config'
import { acquireEngine, type Hold } from './acquire.ts'
import { ensureCluster } from './cluster.ts'
import type { OwnerRole } from './owner.ts'
import { findPlace } from './place.ts'
import { stopPostmaster } from './run-postmaster.ts'
import { atMost } from '../within.ts'

export interface EmbeddedEngine {
  readonly homeDir: string
  readonly socketDir: string
  /** False from the moment the engine dies until it runs again. */
  readonly running: () => boolean
  /** Stops the engine if this process owns it. All other connections should be closed before. */
  readonly close: () => Promise<void>
}

export interface EngineOptions {
  readonly dataDir: string
  readonly role: OwnerRole
  readonly log: Log
  /** A new cluster is made only where so much stays free beside it. Default: 0. */
  readonly keepFreeBytes?: number
  /** Further PostgreSQL settings; tests trade safety for speed with them. */
  readonly settings?: Readonly<Record<string, string>>
}

const FIRST_RETRY_MS = 100
const LONGEST_RETRY_MS = 5_000

/** @throws StartError in plain words when there is no running engine to be had */
export async function openEmbeddedEngine(options: EngineOptions): Promise<EmbeddedEngine> {
  const { dataDir, role, log, keepFreeBytes = 0, settings = {} } = options
  const place = findPlace(dataDir)
  for (const note of place.notes) log.info({}, note)
  await ensureCluster(place, keepFreeBytes, log)
  let hold = await acquireEngine(place, role, log, settings)
  let state: 'running' | 'lost' | 'closing' = 'running'
  let reviving = Promise.resolve()
  watch(hold)
  return { homeDir: place.homeDir, socketDir: hold.socketDir, running: () => state === 'running', close }

  function watch(held: Hold): void {
    held.lock?.once('end', () => {
      if (state !== 'running') return
      state = 'lost'
      log.error({ pid: held.pid }, 'the database has died; starting it again')
      reviving = revive()
    })
  }

  async function revive(): Promise<void> {
    for (let waitMs = FIRST_RETRY_MS; state === 'lost'; waitMs = Math.min(waitMs * 2, LONGEST_RETRY_MS)) {
      try {
        const next = await acquireEngine(place, role, log, settings)
        // `close` may have come while the engine started
        if (isClosing()) return await stop(next)
        hold = next
        state = 'running'
        watch(hold)
        log.info({ pid: hold.pid }, 'the database runs again')
      } catch (error) {
        log.error({ err: error, retryMs: waitMs }, 'the database could not be started again')
        if (!isClosing()) await sleep(waitMs)
      }
    }
  }

  function isClosing(): boolean {
    return state === 'closing'
  }

  async function close(): Promise<void> {
    const wasRunning = state === 'running'
    state = 'closing'
    if (wasRunning) await stop(hold)
    else await reviving
  }

  async function stop(held: Hold): Promise<void> {
    if (held.lock === undefined) return
    // the lock is kept until the engine is gone: nobody adopts what is being stopped
    const ended: Promise<void> = endOf(held.lock)
    if ((await stopPostmaster(held.pid)) === 'forced')
      log.warn({}, 'the database had to be stopped by force; it will recover at the next start')
    await atMost(1_000, ended)
    // what stood outside the data directory goes too; PostgreSQL itself has removed the socket
    if (place.socketDir !== place.clusterDir) rmSync(place.socketDir, { recursive: true, force: true })
  }
}

function endOf(client: pg.Client): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  client.once('end', () => resolve())
  return promise
}
