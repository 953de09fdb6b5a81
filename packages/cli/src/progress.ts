/** How far a long command is: a bar on a terminal, a line for each tenth elsewhere. */
import type { CommandContext } from './context.ts'

type ProgressContext = Pick<CommandContext, 'stderr' | 'isTerminal'>

const WIDTH = 30

export class Progress {
  readonly #context: ProgressContext
  readonly #startedAtMs: number
  #tenths = 0

  constructor(context: ProgressContext, startedAtMs: number) {
    this.#context = context
    this.#startedAtMs = startedAtMs
  }

  /** @param fraction undefined: nobody knows how much there is */
  show(fraction: number | undefined, done: number, nowMs: number): void {
    const perSecond = Math.round(done / Math.max(0.001, (nowMs - this.#startedAtMs) / 1000))
    const what = `${done.toLocaleString('en')} lines, ${perSecond.toLocaleString('en')} a second`
    const { stderr, isTerminal } = this.#context
    if (isTerminal) {
      stderr.write(`\r${fraction === undefined ? what : `${barOf(fraction)} ${what}`}\u001B[K`)
      return
    }
    const tenths = Math.floor(Math.min(1, fraction ?? 0) * 10)
    if (tenths <= this.#tenths) return
    this.#tenths = tenths
    stderr.write(`${tenths * 10} %: ${what}\n`)
  }

  end(): void {
    if (this.#context.isTerminal) this.#context.stderr.write('\n')
  }
}

function barOf(fraction: number): string {
  const filled = Math.round(Math.min(1, fraction) * WIDTH)
  return `[${'#'.repeat(filled)}${'.'.repeat(WIDTH - filled)}] ${String(Math.floor(Math.min(1, fraction) * 100)).padStart(3)} %`
}
