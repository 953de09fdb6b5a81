/** The parent's hold on a process that measures itself: for what happens within one process, and no socket is part of it. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { SERVER_FLAGS } from '../../../tools/server-flags.mjs'
import type { InsideJob, InsideResult } from './job.ts'

export class Inside {
  readonly #child: ChildProcess

  /** @param program calls `serveJobs`; runs with the flags of the server */
  constructor(program: URL, args: readonly string[] = []) {
    this.#child = fork(program, args, { execArgv: [...SERVER_FLAGS, '--conditions=@claviger/source'] })
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  /** @throws when an outcome was not as expected, or the process has ended */
  async run(job: InsideJob): Promise<InsideResult> {
    const { promise, resolve, reject } = Promise.withResolvers<InsideResult>()
    const onMessage = (message: { readonly result: InsideResult }): void => resolve(message.result)
    const onExit = (): void => reject(new Error(`the process of '${job.scenario}' has ended`))
    this.#child.once('message', onMessage)
    this.#child.once('exit', onExit)
    this.#child.send({ job })
    try {
      const result = await promise
      if (result.problem !== undefined) throw new Error(`${job.scenario}: ${result.problem}`)
      return result
    } finally {
      this.#child.off('message', onMessage)
      this.#child.off('exit', onExit)
    }
  }

  /** Lets it put its things away and waits for its end. */
  async close(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const ended = once(this.#child, 'exit')
    this.#child.disconnect()
    await ended
  }
}
