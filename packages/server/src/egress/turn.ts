/**
 * undici has one HTTP/1 parser for the whole process, which asserts that it is not entered twice. What a sink does from
 * within a callback (resume another call, send the next one) may enter it. So callbacks run in a turn, and what must not
 * happen within one waits until the stack has unwound.
 */
export class Turn {
  #depth = 0

  enter(): void {
    this.#depth += 1
  }

  leave(): void {
    this.#depth -= 1
  }

  /** At once when no callback is on the stack, else right after it. */
  outside(work: () => void): void {
    if (this.#depth === 0) work()
    else queueMicrotask(work)
  }
}
