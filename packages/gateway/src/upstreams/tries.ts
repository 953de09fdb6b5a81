/**
 * The tries of one call: which upstream is next, what each try told of its upstream, and whether there may be another.
 * The bound for the whole call counts from the first try.
 */
import type { Context } from '../context.ts'
import { countTry, type Selected } from '../exchange.ts'
import type { Timeouts } from '../parts.ts'
import type { EgressFailure, EgressRequest } from '../ports.ts'
import type { Verdict } from './breaker.ts'
import type { Member } from './member.ts'
import type { UpstreamPool } from './pool.ts'
import { isRepeatable, mayFollow } from './retry-rules.ts'

type Asked = Pick<EgressRequest, 'method' | 'body' | 'timeouts' | 'path'>

export class Tries {
  readonly #context: Context
  readonly #selected: Selected
  readonly #pool: UpstreamPool
  readonly #startedMs: number
  #member: Member
  #tried = 0
  #count = 0
  #isTrial = false
  /** The present try has told all that it will tell of its upstream. */
  #isSettled = true

  constructor(context: Context, selected: Selected, pool: UpstreamPool) {
    this.#context = context
    this.#selected = selected
    this.#pool = pool
    this.#startedMs = pool.monotonicMs()
    if (pool.balance.retries !== undefined) pool.budget.countCall(this.#startedMs)
    this.#member = pool.choose(this.#startedMs)
  }

  /** Begins the next try. @returns what differs between the tries of a request */
  begin(asked: Asked): Pick<EgressRequest, 'origin' | 'path' | 'timeouts'> {
    const member = this.#member
    this.#tried |= member.bit
    this.#count += 1
    this.#isTrial = member.breaker.begin()
    this.#isSettled = false
    this.#pool.tally.tries += 1
    countTry(this.#selected)
    const { origin, basePath } = member.upstream
    return {
      origin,
      path: pathOn(basePath, asked.path, this.#selected.rest),
      timeouts: this.#count === 1 ? asked.timeouts : this.#left(asked.timeouts),
    }
  }

  /** Whether an upstream that answers so has failed. */
  isFailure(status: number): boolean {
    return this.#pool.balance.breaker?.statuses.has(status) === true
  }

  /** Once for each try, but for `answered`, after which another may follow. */
  settle(verdict: Verdict): void {
    if (this.#isSettled) return
    const { breaker } = this.#pool.balance
    const { tally } = this.#pool
    if (verdict === 'bad') tally.failures += 1
    this.#member.breaker.settle(verdict, this.#isTrial, { breaker, nowMs: this.#pool.monotonicMs(), tally })
    this.#isTrial = false
    this.#isSettled = verdict !== 'answered'
  }

  /** The present try has failed. What was left of the bound for the whole call may have been too short for any upstream. */
  settleFailure({ code, reached }: EgressFailure): void {
    const isTold = reached !== undefined && !(code === 'timeout_total' && this.#count > 1)
    this.settle(isTold ? 'bad' : 'none')
  }

  /** After a failure before any answer. True: `begin` again. */
  mayRetry(failure: EgressFailure, asked: Asked): boolean {
    if (!mayFollow(failure, asked) || !this.#hasTriesLeft(asked)) return false
    const nowMs = this.#pool.monotonicMs()
    // another one first; when all have been tried, one of them may do now
    return this.#take(this.#pool.pick(this.#tried, nowMs) ?? this.#pool.pick(0, nowMs), failure.code, nowMs)
  }

  /** An answer of that status: only another upstream may know better. True: `begin` again. */
  mayAskAnother(status: number, asked: Asked): boolean {
    if (this.#pool.balance.retries?.statuses.has(status) !== true) return false
    if (!isRepeatable(asked) || !this.#hasTriesLeft(asked)) return false
    const nowMs = this.#pool.monotonicMs()
    return this.#take(this.#pool.pick(this.#tried, nowMs), String(status), nowMs)
  }

  #hasTriesLeft({ timeouts }: Asked): boolean {
    const { retries } = this.#pool.balance
    if (retries === undefined || this.#count > retries.maxRetries) return false
    return timeouts.totalMs === 0 || this.#leftMs(timeouts) >= 1
  }

  #take(next: Member | undefined, reason: string, nowMs: number): boolean {
    const { balance, budget, tally } = this.#pool
    if (next === undefined || balance.retries === undefined) return false
    if (!budget.take(balance.retries, nowMs)) {
      tally.retriesOverBudget += 1
      return false
    }
    tally.retries += 1
    const { requestId, target } = this.#selected
    this.#context.log.warn(
      { requestId, targetId: target.id, upstream: this.#member.upstream.origin, reason, next: next.upstream.origin },
      'upstream failed, another try follows',
    )
    this.#member = next
    return true
  }

  /** With what is left of the bound for the whole call: 0 would mean that there is none. */
  #left(timeouts: Timeouts): Timeouts {
    if (timeouts.totalMs === 0) return timeouts
    return { ...timeouts, totalMs: Math.max(1, Math.floor(this.#leftMs(timeouts))) }
  }

  #leftMs({ totalMs }: Timeouts): number {
    return totalMs - (this.#pool.monotonicMs() - this.#startedMs)
  }
}

/** A call for the route itself, without a slash, is for the base path itself, as with a single upstream. */
function pathOn(basePath: string, path: string, rest: string): string {
  if (basePath === '') return path
  return rest === '' && (path === '/' || path.startsWith('/?')) ? basePath + path.slice(1) : basePath + path
}
