/** The parent's hold on the load generator. */
import { type ChildProcess, fork } from 'node:child_process'
import type { LoadJob, LoadResult } from './job.ts'

export class Generator {
  readonly #child: ChildProcess

  constructor() {
    this.#child = fork(new URL('generator.child.ts', import.meta.url), {
      execArgv: ['--conditions=@claviger/source', '--max-semi-space-size=64'],
    })
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  /** @throws when an answer was not as the job expects it: figures of errors are no figures */
  async run(job: LoadJob): Promise<LoadResult> {
    const { promise, resolve, reject } = Promise.withResolvers<LoadResult>()
    const onMessage = (message: { readonly result: LoadResult }): void => resolve(message.result)
    const onExit = (): void => reject(new Error('the load generator has ended'))
    this.#child.once('message', onMessage)
    this.#child.once('exit', onExit)
    this.#child.send({ job })
    try {
      const result = await promise
      if (result.problem !== undefined) throw new Error(`port ${job.port}: ${result.problem}`)
      if (result.finished === 0) throw new Error(`port ${job.port}: no answer in time`)
      return result
    } finally {
      this.#child.off('message', onMessage)
      this.#child.off('exit', onExit)
    }
  }

  close(): void {
    this.#child.kill()
  }
}
