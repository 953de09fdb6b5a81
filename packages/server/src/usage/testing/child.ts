/** A program of this room in a process of its own, that says what it does line by line. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { expect } from 'vitest'

export interface Child {
  readonly process: ChildProcess
  readonly ended: Promise<unknown>
  /** How often it has said this so far. */
  said(line: string): number
  /** Lets it go on. */
  tell(): void
}

/** Starts it, and waits until it says `ready`. */
export async function startChild(program: string, words: readonly string[]): Promise<Child> {
  const child = spawn(process.execPath, ['--conditions=@claviger/source', program, ...words], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const ended = once(child, 'close')
  const counts = new Map<string, number>()
  createInterface({ input: child.stdout }).on('line', (line) => counts.set(line, (counts.get(line) ?? 0) + 1))
  const said = (line: string): number => counts.get(line) ?? 0
  try {
    await expect.poll(() => said('ready'), { timeout: 40_000 }).toBe(1)
  } catch (error) {
    // Nobody else knows of it yet: it would outlive the run.
    child.kill('SIGKILL')
    throw error
  }
  return { process: child, ended, said, tell: () => void child.stdin.write('go\n') }
}
