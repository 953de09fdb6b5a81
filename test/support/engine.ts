/** The embedded PostgreSQL of a running product, seen from outside: where its files are, and which processes it is. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The folder with the cluster: the data directory, unless root's server had to put it elsewhere. */
export function engineHomeOf(dataDir: string): string {
  const pointer = join(dataDir, 'postgres.location')
  return existsSync(pointer) ? readFileSync(pointer, 'utf8').trim() : dataDir
}

/** For `DATABASE_URL`: the socket folder and user stand in the postmaster's own file (PostgreSQL documentation, "Postmaster's lock file"). */
export function engineUrlOf(dataDir: string): string {
  const lines = readFileSync(join(engineHomeOf(dataDir), 'postgres', 'postmaster.pid'), 'utf8').split('\n')
  const [, , , port = '5432', socketFolder = ''] = lines
  return `postgres://claviger@localhost/claviger?host=${encodeURIComponent(socketFolder)}&port=${port}`
}

/** Undefined when none is running. */
export function postmasterOf(dataDir: string): number | undefined {
  const file = join(engineHomeOf(dataDir), 'postgres', 'postmaster.pid')
  if (!existsSync(file)) return undefined
  const pid = Number(readFileSync(file, 'utf8').split('\n')[0])
  return isRunning(pid) ? pid : undefined
}

/** The postmaster and its children. */
export function engineProcesses(dataDir: string): readonly number[] {
  const postmaster = postmasterOf(dataDir)
  if (postmaster === undefined) return []
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => statOf(pid)?.parent === postmaster)
  return [postmaster, ...children]
}

/** A process that has ended counts as gone, also while nobody has collected it. */
export function isRunning(pid: number): boolean {
  const stat = statOf(pid)
  return stat !== undefined && stat.state !== 'Z'
}

/** Nothing survives this; a process that is gone already is as good as killed. */
export function killNow(pids: readonly number[]): void {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // it ended by itself in this very moment
    }
  }
}

function statOf(pid: number): { readonly state: string; readonly parent: number } | undefined {
  try {
    // `pid (name) state parent …`, and the name may hold anything
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
    return { state: fields[0] ?? '', parent: Number(fields[1]) }
  } catch {
    return undefined
  }
}
