/** What must be read again and may fail: kept until it has succeeded, and known to be out of date until then. */
import type { Log } from '#store'

interface Job {
  readonly sinceMs: number
  readonly run: () => Promise<void>
  /** How often it was asked for: a run that was overtaken is done again. */
  asked: number
  running: Promise<void> | undefined
}

export class Pending {
  readonly #log: Log
  readonly #monotonicMs: () => number
  readonly #jobs = new Map<string, Job>()

  constructor(log: Log, monotonicMs: () => number) {
    this.#log = log
    this.#monotonicMs = monotonicMs
  }

  /** Begins at once; settles when this try has ended, either way. Never rejects: `retry` comes back to what failed. */
  async start(name: string, run: () => Promise<void>): Promise<void> {
    const known = this.#jobs.get(name)
    const job: Job = known ?? { sinceMs: this.#monotonicMs(), run, asked: 0, running: undefined }
    job.asked++
    this.#jobs.set(name, job)
    await this.#attempt(name, job)
  }

  async retry(): Promise<void> {
    await Promise.all([...this.#jobs].map(async ([name, job]) => this.#attempt(name, job)))
  }

  /** Since when the oldest of it is out of date, in ms; 0 when nothing is. */
  staleForMs(): number {
    if (this.#jobs.size === 0) return 0
    return this.#monotonicMs() - Math.min(...[...this.#jobs.values()].map(({ sinceMs }) => sinceMs))
  }

  async #attempt(name: string, job: Job): Promise<void> {
    job.running ??= this.#run(name, job).finally(() => (job.running = undefined))
    await job.running
  }

  async #run(name: string, job: Job): Promise<void> {
    try {
      for (let asked = 0; asked !== job.asked;) {
        asked = job.asked
        await job.run()
      }
      this.#jobs.delete(name)
    } catch (error) {
      this.#log.error({ err: error, part: name }, 'what is known could not be read again yet')
    }
  }
}
