/** Starts and stops the postmaster. */
import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, fstatSync, openSync, readSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ENGINE_ENVIRONMENT, identity, spawnError } from './cluster.ts'
import type { Place } from './place.ts'
import { isAlive } from './postmaster-file.ts'

export interface Spawned {
  readonly pid: number
  /** Set once it has ended; the text is what it wrote to its log. */
  ended(): { readonly how: string; readonly said: string } | undefined
  readonly failed: () => Error | undefined
}

const LOG_MAX_BYTES = 8 * 1024 * 1024

/** Small in memory, safe on disk. On the command line rather than in a file, so that an upgrade brings its own. */
function settings(place: Place, extra: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return {
    listen_addresses: '',
    unix_socket_directories: place.socketDir,
    unix_socket_permissions: '0700',
    port: '5432',
    cluster_name: 'claviger',
    shared_buffers: '64MB',
    work_mem: '4MB',
    maintenance_work_mem: '32MB',
    effective_cache_size: '256MB',
    huge_pages: 'off',
    jit: 'off',
    io_method: 'sync',
    max_worker_processes: '2',
    max_parallel_workers_per_gather: '0',
    max_parallel_maintenance_workers: '0',
    max_logical_replication_workers: '0',
    max_wal_senders: '0',
    autovacuum_worker_slots: '2',
    autovacuum_max_workers: '1',
    wal_buffers: '4MB',
    max_wal_size: '256MB',
    min_wal_size: '64MB',
    wal_compression: 'pglz',
    random_page_cost: '1.1',
    timezone: 'UTC',
    log_timezone: 'UTC',
    // statements and values may hold secrets: neither reaches the file
    log_min_messages: 'log',
    log_min_error_statement: 'panic',
    log_error_verbosity: 'terse',
    log_parameter_max_length: '0',
    log_parameter_max_length_on_error: '0',
    log_checkpoints: 'off',
    ...extra,
  }
}

/**
 * Starts the postmaster in its own session: neither Ctrl-C nor the end of the terminal reaches it before us. It inherits
 * the cluster's lock.
 */
export function startPostmaster(place: Place, extra: Readonly<Record<string, string>>, lock: number): Spawned {
  const log = openLog(place.logFile)
  const from = fstatSync(log).size
  const flags = Object.entries(settings(place, extra)).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  let failure: Error | undefined
  let how: string | undefined
  let child: ChildProcess
  try {
    child = spawn(join(place.files.dir, 'bin', 'postgres'), ['-D', place.clusterDir, ...flags], {
      stdio: ['ignore', log, log, lock],
      env: ENGINE_ENVIRONMENT,
      cwd: '/',
      detached: true,
      ...identity(place),
    })
  } finally {
    closeSync(log)
  }
  child.once('error', (error) => {
    failure = spawnError(place, error)
  })
  child.once('exit', (code, signal) => {
    how = signal === null ? `exit code ${code}` : `signal ${signal}`
  })
  child.unref()
  return {
    pid: child.pid ?? 0,
    ended: () => (how === undefined ? undefined : { how, said: readFrom(place.logFile, from) }),
    failed: () => failure,
  }
}

const FAST_STOP_MS = 30_000
const HARD_STOP_MS = 5_000

/** Stops a postmaster cleanly: clients are cut, a checkpoint is written. If that takes too long, ends it at once; it recovers at the next start. */
export async function stopPostmaster(pid: number): Promise<'clean' | 'forced'> {
  if (await signalled(pid, 'SIGINT', FAST_STOP_MS)) return 'clean'
  if (!(await signalled(pid, 'SIGQUIT', HARD_STOP_MS))) await signalled(pid, 'SIGKILL', HARD_STOP_MS)
  return 'forced'
}

async function signalled(pid: number, signal: NodeJS.Signals, waitMs: number): Promise<boolean> {
  try {
    process.kill(pid, signal)
  } catch {
    // it has just ended by itself, or it is not ours to end; the loop below finds out which
  }
  for (let waitedMs = 0; waitedMs < waitMs; waitedMs += 5) {
    if (!isAlive(pid)) return true
    await sleep(5)
  }
  return false
}

function openLog(file: string): number {
  try {
    if (statSync(file).size > LOG_MAX_BYTES) renameSync(file, `${file}.1`)
  } catch {
    // the first start: there is none yet
  }
  return openSync(file, 'a', 0o600)
}

function readFrom(file: string, from: number): string {
  const handle = openSync(file, 'r')
  try {
    const buffer = Buffer.alloc(8192)
    return buffer.toString('utf8', 0, readSync(handle, buffer, 0, buffer.length, from))
  } finally {
    closeSync(handle)
  }
}
