/**
 * Who owns a spool directory. A lock is a file `lock.<generation>` that tells which process holds it; taking over from a
 * dead one means to create the next generation, which only one process can do. Nothing waits.
 *
 * A process of this machine and of this PID namespace is judged by its pid and start time; of any other (two containers
 * on one volume) we only see whether it touches its lock now and then.
 */
import { readFileSync, readlinkSync } from 'node:fs'
import { link, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

export interface DirectoryLock {
  /** Tells other machines that we live; call it well within `FOREIGN_SILENCE_MS`. */
  touch(): Promise<void>
  /** Takes it away: for a directory that goes too, or that was never used. */
  release(): Promise<void>
  /** Leaves it as one that nobody holds any more: whoever comes takes the directory over at once. */
  abandon(): Promise<void>
}

/** A lock that was touched at this instant is held by nobody. */
const ABANDONED = 0

/** A holder that cannot be asked counts as dead after this much silence. */
export const FOREIGN_SILENCE_MS = 60_000

/** @returns undefined when a living process holds the directory, or when it is gone */
export async function lockDirectory(directory: string, nowMs: () => number): Promise<DirectoryLock | undefined> {
  const before = await generationsIn(directory)
  if (before === undefined || (await anyAlive(directory, before, nowMs()))) return undefined
  const ours = Math.max(0, ...before) + 1
  const path = lockPath(directory, ours)
  if (!(await createWhole(path, directory))) return undefined
  const lock = {
    touch: async (): Promise<void> => utimes(path, nowMs() / 1000, nowMs() / 1000),
    release: async (): Promise<void> => rm(path, { force: true }),
    // its time, not its content: on a full disk nothing can be written
    // gone: somebody took us for dead, and is done with it
    abandon: async (): Promise<void> => utimes(path, ABANDONED, ABANDONED).catch(absent),
  }
  // Somebody who listed the directory when we did may hold another generation by now: then both step back.
  const others = ((await generationsIn(directory)) ?? []).filter((generation) => generation !== ours)
  if (await anyAlive(directory, others, nowMs())) {
    await lock.release()
    return undefined
  }
  await Promise.all(others.map(async (generation) => rm(lockPath(directory, generation), { force: true })))
  return lock
}

const lockPath = (directory: string, generation: number): string => join(directory, `lock.${generation}`)

async function generationsIn(directory: string): Promise<readonly number[] | undefined> {
  const names = await readdir(directory).catch(absent)
  return names?.flatMap((name) => (/^lock\.\d{1,9}$/.test(name) ? [Number(name.slice(5))] : []))
}

async function anyAlive(directory: string, generations: readonly number[], nowMs: number): Promise<boolean> {
  const alive = await Promise.all(
    generations.map(async (generation) => isAlive(lockPath(directory, generation), nowMs)),
  )
  return alive.includes(true)
}

/** Creates a lock with its content in one step; false when it is there already, or its directory is not. */
async function createWhole(path: string, directory: string): Promise<boolean> {
  const draft = join(directory, `draft.${process.pid}.${process.hrtime.bigint()}`)
  try {
    await writeFile(draft, holderText(), { mode: 0o600 })
    await link(draft, path)
    return true
  } catch (error) {
    if (hasCode(error, 'EEXIST') || hasCode(error, 'ENOENT')) return false
    throw error
  } finally {
    await rm(draft, { force: true })
  }
}

async function isAlive(path: string, nowMs: number): Promise<boolean> {
  const text = await readFile(path, 'utf8').catch(absent)
  const touched = await stat(path).catch(absent)
  if (text === undefined || touched === undefined || touched.mtimeMs === ABANDONED) return false
  const [pid = '', startedAt, place] = text.split('\n')
  if (place !== ourPlace()) return nowMs - touched.mtimeMs < FOREIGN_SILENCE_MS
  return pidExists(Number(pid)) && isSameStart(startOf(pid), startedAt)
}

/** Who cannot be looked at (too many open files, say) counts as alive: to take over from the living is what must not be. */
const isSameStart = (now: string, then: string | undefined): boolean => now === '' || now === then

const holderText = (): string => [process.pid, startOf(String(process.pid)), ourPlace()].join('\n')

/** Where a pid means the same process: one boot of one machine, one PID namespace. */
function ourPlace(): string {
  const boot = readOr(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(), 'unknown')
  return `${boot} ${readOr(() => readlinkSync('/proc/self/ns/pid'), process.platform)}`
}

/** Start time in clock ticks since boot (proc(5), field 22); empty where there is no /proc. */
function startOf(pid: string): string {
  const line = readOr(() => readFileSync(`/proc/${pid}/stat`, 'utf8'), '')
  return line.slice(line.lastIndexOf(')') + 2).split(' ')[19] ?? ''
}

function pidExists(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return hasCode(error, 'EPERM')
  }
}

function readOr(read: () => string, otherwise: string): string {
  try {
    return read()
  } catch {
    return otherwise
  }
}

function absent(error: unknown): undefined {
  if (hasCode(error, 'ENOENT')) return undefined
  throw error
}

const hasCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code
