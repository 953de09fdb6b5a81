/** A server under measurement: a process of its own on a free port. */
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { connect, createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

export interface RunningServer {
  readonly name: string
  readonly port: number
  /** Roots of its processes. */
  readonly pids: readonly number[]
  close(): Promise<void>
}

export interface StartOptions extends Pick<SpawnOptions, 'env' | 'cwd'> {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  readonly port: number
  /** Answered, with whatever status, as soon as the server is ready. Undefined: it is as soon as it takes connections. */
  readonly readyPath?: string
  readonly readyWithinSeconds?: number
}

/** @throws with the server's own last words when it ends or does not answer in time */
export async function startServer(options: StartOptions): Promise<RunningServer> {
  const { name, command, args, port, readyPath, readyWithinSeconds = 60, ...rest } = options
  const child = spawn(command, args, { ...rest, stdio: ['ignore', 'pipe', 'pipe'] })
  let words = ''
  const listen = (chunk: Buffer): void => {
    words = (words + chunk.toString()).slice(-4_000)
  }
  child.stdout.on('data', listen)
  child.stderr.on('data', listen)
  let failure: string | undefined
  child.on('error', (error) => {
    failure = error.message
  })
  const deadlineMs = performance.now() + readyWithinSeconds * 1_000
  while (!(await (readyPath === undefined ? accepts(port) : answers(port, readyPath)))) {
    if (child.exitCode !== null || failure !== undefined)
      throw new Error(`${name} has ended: ${failure ?? ''}\n${words}`)
    if (performance.now() > deadlineMs) {
      child.kill('SIGKILL')
      throw new Error(`${name} does not answer within ${readyWithinSeconds} s:\n${words}`)
    }
    await sleep(50)
  }
  return { name, port, pids: [child.pid ?? 0], close: () => stop(child) }
}

/** A port that is free now. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

function accepts(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const socket = connect({ port, host: '127.0.0.1' }, () => resolve(true))
  socket.on('error', () => resolve(false))
  return promise.finally(() => socket.destroy())
}

async function answers(port: number, path: string): Promise<boolean> {
  try {
    await fetch(`http://127.0.0.1:${port}${path}`, { signal: AbortSignal.timeout(2_000) })
    return true
  } catch {
    return false
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), 30_000)
  await ended
  clearTimeout(timer)
}
