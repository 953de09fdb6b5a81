/** Gets hold of a running engine: starts it, joins it, or clears an orphan away first. */
import { closeSync } from 'node:fs'
import type pg from 'pg'
import { setTimeout as sleep } from 'node:timers/promises'
import { StartError, type Log } from '#config'
import { lockCluster } from './cluster-lock.ts'
import { engineError } from './cluster.ts'
import { askOwner, tryOwn, type OwnerName, type OwnerRole } from './owner.ts'
import type { Place } from './place.ts'
import { disownStaleFile, runningPostmaster } from './postmaster-file.ts'
import { startPostmaster, stopPostmaster, type Spawned } from './run-postmaster.ts'

export interface Hold {
  readonly socketDir: string
  /** The connection that holds the lock; undefined: joined, somebody else owns the engine. */
  readonly lock: pg.Client | undefined
  readonly pid: number
}

/** An admin command ends by itself; a server does not. */
const ADMIN_WAIT_MS = { server: 15_000, admin: 120_000 } as const
/** After a crash, backends of the dead postmaster may take a moment to notice. */
const LEFTOVER_WAIT_MS = 15_000
/** A living postmaster answers, or recovers from a crash and then answers. */
const SILENCE_MS = 120_000
const POLL_MS = 5
/** Whoever starts an engine owns it as soon as it answers. */
const OWNED_WITHIN_MS = 500

/**
 * Answers with the engine running: a server always as its owner, an admin as its owner or beside it.
 *
 * @throws StartError `data_dir_taken` when another server runs on this cluster; `engine_failed`, `disk_full` when it cannot start
 */
export async function acquireEngine(
  place: Place,
  role: OwnerRole,
  log: Log,
  extra: Readonly<Record<string, string>>,
): Promise<Hold> {
  const waiting = { adminMs: 0, leftoverMs: 0, silentMs: 0, said: false }
  for (;;) {
    const running = runningPostmaster(place.clusterDir)
    const result =
      running === undefined
        ? await start(place, role, log, extra)
        : await join(running.pid, running.socketDir || place.socketDir, role, log)
    switch (result.kind) {
      case 'held':
        return result.hold
      case 'again':
        break
      case 'silent':
        waiting.silentMs += POLL_MS
        if (waiting.silentMs > SILENCE_MS) throw silentError(result.pid)
        await sleep(POLL_MS)
        break
      case 'leftovers':
        waiting.leftoverMs += 100
        if (waiting.leftoverMs > LEFTOVER_WAIT_MS) throw result.error
        await sleep(100)
        break
      case 'taken': {
        if (result.by?.role !== 'admin' || waiting.adminMs > ADMIN_WAIT_MS[role]) throw takenError(place, result.by)
        if (!waiting.said)
          log.info({ pid: result.by.pid }, 'waiting for a claviger admin command on the same data directory')
        waiting.said = true
        waiting.adminMs += 100
        await sleep(100)
        break
      }
      default:
        result satisfies never
    }
  }
}

type Attempt =
  | { readonly kind: 'held'; readonly hold: Hold }
  | { readonly kind: 'again' }
  | { readonly kind: 'silent'; readonly pid: number }
  | { readonly kind: 'leftovers'; readonly error: StartError }
  | { readonly kind: 'taken'; readonly by: OwnerName | undefined }

async function join(pid: number, socketDir: string, role: OwnerRole, log: Log): Promise<Attempt> {
  const attempt = await tryOwn(socketDir, role)
  switch (attempt.kind) {
    case 'silent':
      return { kind: 'silent', pid }
    case 'taken':
      return beside(attempt.by, role, { socketDir, lock: undefined, pid })
    case 'got':
      if (role === 'admin') return { kind: 'held', hold: { socketDir, lock: attempt.client, pid } }
      // its settings, its programs and its open transactions are those of a process that died: a clean restart costs less than to reason about them
      log.info({ pid }, 'stopping the database that an earlier server left behind')
      await stopPostmaster(pid)
      attempt.client.end().catch(() => {})
      return { kind: 'again' }
    default:
      return attempt satisfies never
  }
}

/** An admin command works beside a server; all others wait or give up. */
function beside(by: OwnerName | undefined, role: OwnerRole, hold: Hold): Attempt {
  return role === 'admin' && by?.role !== 'admin' ? { kind: 'held', hold } : { kind: 'taken', by }
}

async function start(
  place: Place,
  role: OwnerRole,
  log: Log,
  extra: Readonly<Record<string, string>>,
): Promise<Attempt> {
  const spawned = startLocked(place, extra)
  if (spawned === undefined) return joinUnseen(place, role)
  const startedAtMs = Date.now()
  let said = false
  for (;;) {
    const failure = failureOf(place, spawned)
    if (failure !== undefined) return failure
    const attempt = await tryOwn(place.socketDir, role)
    switch (attempt.kind) {
      case 'got':
        return { kind: 'held', hold: { socketDir: place.socketDir, lock: attempt.client, pid: spawned.pid } }
      case 'taken':
        return { kind: 'taken', by: attempt.by }
      case 'silent':
        if (!said && Date.now() - startedAtMs > 3_000) {
          said = true
          log.info({}, 'the database is still starting (after a crash it replays what was not yet written)')
        }
        await sleep(POLL_MS)
        break
      default:
        attempt satisfies never
    }
  }
}

/** @returns undefined when an engine runs on the cluster, though its pid tells us nothing */
function startLocked(place: Place, extra: Readonly<Record<string, string>>): Spawned | undefined {
  const lock = lockCluster(place.clusterDir)
  if (lock === undefined) return undefined
  try {
    disownStaleFile(place.clusterDir)
    return startPostmaster(place, extra, lock)
  } finally {
    // from here on it lives as long as the engine
    closeSync(lock)
  }
}

/** An engine in another container, one that begins at this moment, or the last backends of one that has died. */
async function joinUnseen(place: Place, role: OwnerRole): Promise<Attempt> {
  const first = await askOwner(place.socketDir)
  if (first.kind === 'unowned') await sleep(OWNED_WITHIN_MS)
  const ownership = first.kind === 'unowned' ? await askOwner(place.socketDir) : first
  switch (ownership.kind) {
    case 'silent':
      return { kind: 'leftovers', error: unseenError(place) }
    case 'owned':
      return beside(ownership.by, role, { socketDir: place.socketDir, lock: undefined, pid: 0 })
    case 'unowned':
      // its server has died, and from here it cannot be stopped
      throw unseenError(place)
    default:
      return ownership satisfies never
  }
}

function unseenError(place: Place): StartError {
  return new StartError(
    'data_dir_taken',
    `The database in ${place.clusterDir} is in use by processes that cannot be seen from here: most likely those of another container on the same volume. Stop that one first, or set CLAVIGER_DATA_DIR to another folder.`,
  )
}

function failureOf(place: Place, spawned: Spawned): Attempt | undefined {
  const failed = spawned.failed()
  if (failed !== undefined) throw failed
  const ended = spawned.ended()
  if (ended === undefined) return undefined
  // another process started the same cluster at the same moment, and won
  if (/lock file "postmaster\.pid" already exists/.test(ended.said)) return { kind: 'again' }
  const error = engineError(place, ended.said, ended.how)
  if (/shared memory block .*is still in use|lock file ".*\.lock" already exists/.test(ended.said))
    return { kind: 'leftovers', error }
  throw error
}

function silentError(pid: number): StartError {
  return new StartError(
    'engine_failed',
    `The embedded PostgreSQL (process ${pid}) runs, but does not answer. End that process, then start again; nothing that was written is lost.`,
  )
}

function takenError(place: Place, by: OwnerName | undefined): StartError {
  const who =
    by === undefined
      ? 'Another Claviger server'
      : `Another Claviger ${by.role === 'admin' ? 'admin command' : 'server'} (process ${by.pid})`
  return new StartError(
    'data_dir_taken',
    `${who} is running on the data directory ${place.homeDir}. Stop it first, or set CLAVIGER_DATA_DIR to another folder for a second server.`,
  )
}
