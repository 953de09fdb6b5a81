/**
 * A real Redis for tests: a server of the test's own, that may be killed, started again and emptied, from the Debian package
 * `redis-server`; or the one that TEST_REDIS_URL names, for what does no harm to it. Without either, tests are skipped loudly,
 * and fail where CI=true.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '@redis/client'

export interface SharedRedis {
  readonly url: string
  command(...words: readonly string[]): Promise<unknown>
  dispose(): Promise<void>
}

export interface TestRedis extends SharedRedis {
  /** SIGKILL: what is not on the disk is gone. */
  kill(): Promise<void>
  start(): Promise<void>
}

const PROGRAM = 'redis-server'

/** Whether there is any Redis to test with. False: skip. @throws Error where CI=true */
export function hasRedis(): boolean {
  return sharedUrl() !== undefined || hasOwnRedis()
}

/** Whether tests can start one of their own. False: skip. @throws Error where CI=true */
export function hasOwnRedis(): boolean {
  if (spawnSync(PROGRAM, ['--version']).status === 0) return true
  const message = `${PROGRAM} is not installed: what Redis does was NOT tested. Debian: apt-get install redis-server`
  if (process.env['CI'] === 'true') throw new Error(message)
  process.stderr.write(`\n*** ${message} ***\n\n`)
  return false
}

/** The one that is named, or a new one. */
export async function openSharedRedis(): Promise<SharedRedis> {
  const url = sharedUrl()
  return url === undefined
    ? openTestRedis()
    : { url, command: async (...words) => command(url, words), dispose: async () => undefined }
}

const sharedUrl = (): string | undefined => process.env['TEST_REDIS_URL']

/** @param settings of redis.conf, e.g. `['--appendonly', 'yes']` */
export async function openTestRedis(settings: readonly string[] = []): Promise<TestRedis> {
  const folder = mkdtempSync(join(tmpdir(), 'claviger-redis-'))
  const socket = join(folder, 'redis.sock')
  const url = `unix://${socket}`
  let server: ChildProcess | undefined
  const start = async (): Promise<void> => {
    const words = ['--port', '0', '--unixsocket', socket, '--dir', folder, '--save', '', ...settings]
    server = spawn(PROGRAM, words, { stdio: 'ignore' })
    await untilAnswers(url)
  }
  const kill = async (): Promise<void> => {
    if (server === undefined) return
    const ended = once(server, 'exit')
    server.kill('SIGKILL')
    await ended
    server = undefined
  }
  await start()
  return {
    url,
    start,
    kill,
    command: async (...words) => command(url, words),
    dispose: async () => {
      await kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function untilAnswers(url: string): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      await command(url, ['PING'])
      return
    } catch (error) {
      if (tries > 100) throw error
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
}

async function command(url: string, words: readonly string[]): Promise<unknown> {
  const client = createClient({ url, RESP: 2, socket: { reconnectStrategy: false } })
  client.on('error', () => undefined)
  await client.connect()
  try {
    return await client.sendCommand([...words])
  } finally {
    client.destroy()
  }
}
