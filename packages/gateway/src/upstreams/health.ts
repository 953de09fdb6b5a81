/** What the active checks of one upstream have found. Before the first verdict it is taken for healthy. */
export class Health {
  #verdict: 'unknown' | 'healthy' | 'unhealthy' = 'unknown'
  #inARow = 0
  #wasGood = true
  /** Of the last check, by the monotonic clock; undefined: none has ended. */
  checkedAtMs: number | undefined
  /** Why the last check was bad. */
  problem: string | undefined

  get verdict(): 'unknown' | 'healthy' | 'unhealthy' {
    return this.#verdict
  }

  get isOut(): boolean {
    return this.#verdict === 'unhealthy'
  }

  /** @param problem undefined: the check was good */
  take(
    problem: string | undefined,
    { healthyAfter, unhealthyAfter }: { readonly healthyAfter: number; readonly unhealthyAfter: number },
    nowMs: number,
  ): void {
    const isGood = problem === undefined
    this.checkedAtMs = nowMs
    this.problem = problem
    this.#inARow = isGood === this.#wasGood ? this.#inARow + 1 : 1
    this.#wasGood = isGood
    if (isGood && (this.#verdict === 'unknown' || this.#inARow >= healthyAfter)) this.#verdict = 'healthy'
    if (!isGood && this.#inARow >= unhealthyAfter) this.#verdict = 'unhealthy'
  }

  /** Nobody checks any more. */
  forget(): void {
    this.#verdict = 'unknown'
    this.#inARow = 0
    this.#wasGood = true
    this.checkedAtMs = undefined
    this.problem = undefined
  }
}
