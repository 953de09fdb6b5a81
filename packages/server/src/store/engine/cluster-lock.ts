/**
 * The kernel's lock on a cluster, for what pids cannot tell: two containers on one volume do not see each other's
 * processes, and PostgreSQL takes a note with a pid that it cannot see for stale.
 *
 * The lock belongs to the opened folder, which the postmaster and its backends inherit: it is free when the last of them
 * has ended, however it ended.
 */
import { spawnSync } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'

/** Where in `stdio` the folder is handed on: the first place after input, output and errors. */
const PLACE = 3
/** What flock(1) answers when somebody holds the lock. */
const HELD = 1

/** @returns the opened folder, for the caller to hand on and to close; undefined when a running engine holds the cluster */
export function lockCluster(clusterDir: string): number | undefined {
  const folder = openSync(clusterDir, 'r')
  // the lock is of the opened folder, not of the process that asks for it: it stays when flock(1) has ended
  const { status } = spawnSync('flock', ['-n', String(PLACE)], { stdio: ['ignore', 'ignore', 'ignore', folder] })
  // where there is no such program (macOS) or no such lock (some network drives), pids must do
  if (status !== HELD) return folder
  closeSync(folder)
  return undefined
}
