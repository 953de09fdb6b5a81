/** vitest's global setup of the project `proof`: one engine for all test files. Imports nothing of ours, because vitest loads it without our conditions. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

export async function setup(): Promise<(() => Promise<void>) | undefined> {
  if (process.env['TEST_DATABASE_URL'] !== undefined) return undefined
  const program = fileURLToPath(new URL('./testing-engine.ts', import.meta.url))
  const child = spawn(process.execPath, ['--conditions=@claviger/source', program], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const [url] = await Promise.race([once(createInterface(child.stdout), 'line'), once(child, 'exit').then(() => [])])
  if (typeof url !== 'string') throw new Error('the PostgreSQL for the tests did not start; what it said stands above')
  // workers are started after this and inherit it
  process.env['TEST_ENGINE_URL'] = url
  return async () => {
    const exited = once(child, 'exit')
    child.stdin.end()
    await exited
  }
}
