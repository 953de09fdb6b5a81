/** Redis as its users run it for counters: over TCP, without snapshots. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type RunningServer, freePort, startServer } from './server.ts'

const PROGRAM = 'redis-server'

/** Undefined: there is none on this machine. */
export async function startRedis(): Promise<RunningServer | undefined> {
  if (spawnSync(PROGRAM, ['--version']).status !== 0) return undefined
  const port = await freePort()
  const dir = mkdtempSync(join(tmpdir(), 'claviger-bench-redis-'))
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', dir]
  const server = await startServer({ name: 'Redis', command: PROGRAM, args, port })
  return {
    ...server,
    close: async () => {
      await server.close()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}
