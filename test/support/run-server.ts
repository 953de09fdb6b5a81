/** Runs the server's process by itself: for starts that are meant to fail, and for ends. */
import { spawn } from 'node:child_process'
import { join, resolve } from 'node:path'

const ROOT = resolve(import.meta.dirname, '../..')
const ENDS_WITHIN_MS = 30_000

export interface Ended {
  readonly code: number
  /** Standard output and error together. */
  readonly printed: string
}

export interface RunAs {
  readonly uid: number
  readonly gid: number
}

/**
 * Starts a server that should refuse to run, and waits for its end.
 *
 * @param killAfterMs kills it in the middle of its start, if it has not ended by then
 * @throws when it runs nevertheless
 */
export async function runToItsEnd(
  settings: Readonly<Record<string, string>>,
  runAs?: RunAs,
  killAfterMs?: number,
): Promise<Ended> {
  const child = spawn(process.execPath, ['--conditions=@claviger/source', join(ROOT, 'packages/server/src/main.ts')], {
    cwd: ROOT,
    env: { PATH: process.env['PATH'], HOME: '/', CLAVIGER_LOG_LEVEL: 'error', ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...runAs,
  })
  let printed = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (printed += text))
  const late = setTimeout(
    () => child.kill(killAfterMs === undefined ? 'SIGTERM' : 'SIGKILL'),
    killAfterMs ?? ENDS_WITHIN_MS,
  )
  const code = await new Promise<number>((done, fail) => {
    child.on('error', fail)
    child.on('close', (exit) => done(exit ?? -1))
  })
  clearTimeout(late)
  if (killAfterMs === undefined && printed.includes('Ready at')) throw new Error(`The server started:\n${printed}`)
  return { code, printed }
}
