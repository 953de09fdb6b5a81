/** Background work: each job runs on one worker of the installation at a time, however many there are. */
import type pg from 'pg'
import type { PgBoss } from 'pg-boss'
import { isLost } from './lost-connection.ts'
import type { Log } from '#config'

export interface Jobs {
  /**
   * Does `work` once per interval (ms, at least 1 s) or at the times of a five-field cron text (UTC), on one of the workers.
   * Missed runs are not made up for.
   */
  every(name: string, schedule: number | string, work: () => Promise<void>): void
  /** Does `work` for each payload handed to `once`; at least once each, up to 3 tries. */
  handle(name: string, work: (payload: object) => Promise<void>): void
  /** Hands a payload (JSON, no secrets) to the handler of that name, on whichever worker. Needs `start` first. */
  once(name: string, payload: object): Promise<void>
  /** Begins to work. Called by a worker when the server is ready; does nothing once it has succeeded. */
  start(): Promise<void>
}

export interface RunningJobs extends Jobs {
  /** Waits a moment for running jobs, then leaves them to be tried again. */
  stop(): Promise<void>
}

const STOP_GRACE_MS = 5_000
const POLL_SECONDS = 2
/** A worker that gives no sign for so long is dead, and its run is given up. */
const SILENT_SECONDS = 20

interface Repeated {
  readonly schedule: number | string
  readonly work: () => Promise<void>
}

export function createJobs(pool: pg.Pool, log: Log): RunningJobs {
  const repeated = new Map<string, Repeated>()
  const handlers = new Map<string, (payload: object) => Promise<void>>()
  const timers: NodeJS.Timeout[] = []
  let started: Promise<PgBoss> | undefined
  return { every, handle, once, start, stop }

  function every(name: string, schedule: number | string, work: () => Promise<void>): void {
    repeated.set(name, { schedule, work })
  }

  function handle(name: string, work: (payload: object) => Promise<void>): void {
    handlers.set(name, work)
  }

  async function once(name: string, payload: object): Promise<void> {
    if (started === undefined) throw new Error('jobs.start() comes before jobs.once()')
    const boss = await started
    await boss.send(name, payload, { retryLimit: 2, retryBackoff: true })
  }

  async function start(): Promise<void> {
    // one that failed is no start: the next call tries again
    started ??= open().catch((error: unknown) => {
      started = undefined
      throw error
    })
    await started
  }

  async function open(): Promise<PgBoss> {
    // not before it is needed: the module is large, and nothing at start-up waits for it
    const { PgBoss } = await import('pg-boss')
    const boss = new PgBoss({
      db: { executeSql: (text, values) => pool.query(text, values) },
      schema: 'pgboss',
      useListenNotify: false,
      registerInstance: false,
      monitorVacuum: false,
      superviseIntervalSeconds: SILENT_SECONDS,
      monitorIntervalSeconds: SILENT_SECONDS,
    })
    boss.on('error', (error) => {
      if (isLost(error)) log.debug({ err: error }, 'jobs wait for the database')
      else log.error({ err: error }, 'a background job could not be looked after')
    })
    try {
      await boss.start()
      await register(boss)
    } catch (error) {
      for (const timer of timers.splice(0)) clearInterval(timer)
      await boss.stop({ graceful: false, close: false }).catch(() => undefined)
      throw error
    }
    return boss
  }

  async function register(boss: PgBoss): Promise<void> {
    for (const [name, { schedule, work }] of repeated) await repeat(boss, name, schedule, work)
    for (const [name, work] of handlers) {
      await boss.createQueue(name)
      await boss.work<object>(name, { pollingIntervalSeconds: POLL_SECONDS }, async ([job]) => {
        if (job !== undefined) await reported(name, () => work(job.data))
      })
    }
  }

  async function repeat(
    boss: PgBoss,
    name: string,
    schedule: number | string,
    work: () => Promise<void>,
  ): Promise<void> {
    // `singleton`: at most one is running; a run that never ends is given up after the queue's expiry
    // (or when its worker is silent: one that was killed must not hold up the others)
    await boss.createQueue(name, {
      policy: 'singleton',
      retryLimit: 0,
      deleteAfterSeconds: 3600,
      heartbeatSeconds: SILENT_SECONDS,
    })
    await boss.work(name, { pollingIntervalSeconds: POLL_SECONDS }, () => reported(name, work))
    if (typeof schedule === 'string') return boss.schedule(name, schedule, null, { tz: 'UTC' })
    const seconds = Math.max(1, Math.round(schedule / 1_000))
    // every worker asks; the slot lets one of them through
    const ask = (): void => {
      boss
        .send(name, {}, { singletonSeconds: seconds })
        .catch((error: unknown) => log.debug({ err: error, job: name }, 'a job could not be asked for'))
    }
    ask()
    timers.push(setInterval(ask, schedule).unref())
  }

  async function reported(name: string, work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      log.error({ err: error, job: name }, 'a background job failed')
      throw error
    }
  }

  async function stop(): Promise<void> {
    for (const timer of timers) clearInterval(timer)
    if (started === undefined) return
    const boss = await started.catch(() => undefined)
    started = undefined
    await boss?.stop({ graceful: true, timeout: STOP_GRACE_MS, close: false })
  }
}
