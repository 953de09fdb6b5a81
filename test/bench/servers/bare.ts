/** The bare server of (a) and (d). */
import { fileURLToPath } from 'node:url'
import { type RunningServer, freePort, startServer } from './server.ts'

/** As long as one of ours: 70 characters. */
export function benchKey(nth: number): string {
  return `bench_live_${String(nth).padStart(59, '0')}`
}

export async function startBare(keys: number): Promise<RunningServer> {
  const port = await freePort()
  const child = fileURLToPath(new URL('bare.child.ts', import.meta.url))
  return startServer({
    name: 'bare node:http',
    command: process.execPath,
    args: ['--conditions=@claviger/source', child, String(port), String(keys)],
    port,
  })
}
