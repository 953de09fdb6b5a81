/** Reads `postmaster.pid`, PostgreSQL's own note of who runs a cluster. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemCode } from '#config'

export interface Postmaster {
  readonly pid: number
  readonly socketDir: string
}

const PID_LINE = 0
const SOCKET_DIR_LINE = 4

/** The postmaster that runs this cluster now; undefined when none does, whatever a stale file says. */
export function runningPostmaster(clusterDir: string): Postmaster | undefined {
  const lines = fileLines(clusterDir)
  const pid = Number(lines?.[PID_LINE])
  if (!Number.isInteger(pid) || pid <= 0 || !isAlive(pid) || !isPostgres(pid)) return undefined
  return { pid, socketDir: lines?.[SOCKET_DIR_LINE] ?? '' }
}

/**
 * Mends a stale file whose pid now belongs to some other program (pids are few in containers): PostgreSQL would
 * refuse to start. The rest of the file stays, because PostgreSQL finds leftover shared memory by it. Our own pid is
 * the one living pid that it does not mind: that of its parent.
 */
export function disownStaleFile(clusterDir: string): void {
  const lines = fileLines(clusterDir)
  const pid = Number(lines?.[PID_LINE])
  if (lines === undefined || !hasPid(pid) || (isAlive(pid) && isPostgres(pid))) return
  writeFileSync(join(clusterDir, 'postmaster.pid'), [String(process.pid), ...lines.slice(1)].join('\n'))
}

/** Whether some process with this pid still runs, ours or not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    return systemCode(error) === 'EPERM'
  }
  return !isZombie(pid)
}

function hasPid(pid: number): boolean {
  return existsSync('/proc/self') ? existsSync(`/proc/${pid}`) : isAlive(pid)
}

/** Ended, and not yet collected: an orphan stays so for ever where pid 1 of a container collects nobody. */
function isZombie(pid: number): boolean {
  try {
    // `pid (name) state …`, and the name may hold anything
    return /\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

function isPostgres(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').startsWith('postgres')
  } catch {
    // no /proc (macOS): believe the file; PostgreSQL checks again
    return process.platform !== 'linux'
  }
}

function fileLines(clusterDir: string): readonly string[] | undefined {
  try {
    return readFileSync(join(clusterDir, 'postmaster.pid'), 'utf8').split('\n')
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined
    throw error
  }
}
