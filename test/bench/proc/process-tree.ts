/** Processor time and memory of a process with all its descendants, from Linux's /proc. */
import { execFileSync } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'

/** Clock ticks a second (USER_HZ). */
const TICKS_PER_SECOND = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }))

/** @returns the pid and those of all descendants that live now */
export function treeOf(rootPids: readonly number[]): number[] {
  const children = new Map<number, number[]>()
  for (const name of readdirSync('/proc')) {
    const pid = Number(name)
    const parentPid = Number.isInteger(pid) ? statOf(pid)?.parentPid : undefined
    if (parentPid !== undefined) children.set(parentPid, [...(children.get(parentPid) ?? []), pid])
  }
  const tree = new Set<number>()
  const visit = (pid: number): void => {
    if (tree.has(pid)) return
    tree.add(pid)
    for (const child of children.get(pid) ?? []) visit(child)
  }
  for (const pid of rootPids) visit(pid)
  return [...tree]
}

/**
 * User and system time of the tree until now, in µs. A child that ended is in its parent's account (`cutime`, `cstime`),
 * so nothing is lost and nothing is counted twice. In steps of one tick (10 ms): measure over seconds.
 */
export function cpuOf(rootPids: readonly number[]): number {
  const ticks = treeOf(rootPids).reduce((sum, pid) => sum + (statOf(pid)?.ticks ?? 0), 0)
  return (ticks / TICKS_PER_SECOND) * 1_000_000
}

/** Proportional set size of the tree in bytes: shared pages count once, spread over those who share them. */
export function memoryOf(rootPids: readonly number[]): number {
  return treeOf(rootPids).reduce((sum, pid) => sum + pssOf(pid), 0)
}

function pssOf(pid: number): number {
  const rollup = readText(`/proc/${pid}/smaps_rollup`)
  const kibibytes = rollup === undefined ? undefined : /^Pss: +(\d+) kB$/m.exec(rollup)?.[1]
  return Number(kibibytes ?? 0) * 1024
}

function statOf(pid: number): { readonly parentPid: number; readonly ticks: number } | undefined {
  const stat = readText(`/proc/${pid}/stat`)
  if (stat === undefined) return undefined
  // The name is in brackets and may hold anything; after it come state (0), ppid (1), … utime (11) to cstime (14).
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0)
  return { parentPid: Number(fields[1]), ticks }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    // The process has ended meanwhile, or belongs to somebody else.
    return undefined
  }
}
