import { describe, expect, test } from 'vitest'
import type { BalancePart, BreakerPart } from './balance.ts'
import type { Member } from './member.ts'
import { UpstreamPool } from './pool.ts'
import { newUpstreamTally } from './tally.ts'

const BREAKER: BreakerPart = { failures: 3, openMs: 1_000, maxOpenMs: 3_000, statuses: new Set([503]) }

function balanceOf(weights: Readonly<Record<string, number>>, changes: Partial<BalancePart> = {}): BalancePart {
  const upstreams = Object.entries(weights).map(([name, weight]) => ({
    url: `https://${name}.example`,
    origin: `https://${name}.example`,
    basePath: '',
    weight,
  }))
  return { upstreams, whenAllOut: 'try', breaker: BREAKER, retries: undefined, healthCheck: undefined, ...changes }
}

/** A pool at a clock that stands until it is told. */
class Bench {
  nowMs = 1_000_000
  readonly tally = newUpstreamTally()
  pool: UpstreamPool

  constructor(balance: BalancePart) {
    this.pool = new UpstreamPool(balance, this.world)
  }

  get world() {
    return { monotonicMs: () => this.nowMs, tally: this.tally }
  }

  picks(count: number, tried = 0): string {
    return Array.from({ length: count }, () => nameOf(this.pool.pick(tried, this.nowMs))).join(' ')
  }

  member(name: string): Member {
    const found = this.pool.members.find((member) => nameOf(member) === name)
    if (found === undefined) throw new Error(`there is no ${name}`)
    return found
  }

  /** Calls that end so, one after the other. */
  calls(name: string, ...verdicts: readonly ('good' | 'bad' | 'none' | 'answered')[]): void {
    const { breaker } = this.member(name)
    for (const verdict of verdicts) this.end(name, verdict, breaker.begin())
  }

  end(name: string, verdict: 'good' | 'bad' | 'none' | 'answered', isTrial: boolean): void {
    const { nowMs, tally } = this
    this.member(name).breaker.settle(verdict, isTrial, { breaker: this.pool.balance.breaker, nowMs, tally })
  }

  stateOf(name: string): string {
    return this.member(name).breaker.state(this.nowMs)
  }
}

const nameOf = (member: Member | undefined): string => member?.upstream.url.slice(8, 9) ?? '-'

describe('the choice', () => {
  test.each([
    { weights: { a: 5, b: 1, c: 1 }, order: 'a a b a c a a a a b a c a a' },
    { weights: { a: 1, b: 1 }, order: 'a b a b' },
    { weights: { a: 1, b: 2 }, order: 'b a b b a b' },
    { weights: { a: 7 }, order: 'a a a' },
  ])('goes by weight, smoothly: $weights', ({ weights, order }) => {
    expect(new Bench(balanceOf(weights)).picks(order.split(' ').length)).toBe(order)
  })

  test('is exact over any number of rounds', () => {
    const bench = new Bench(balanceOf({ a: 3, b: 7, c: 11 }))
    const counts = Map.groupBy(bench.picks(210).split(' '), (name) => name)
    expect([...counts].map(([name, picked]) => [name, picked.length]).toSorted()).toEqual([
      ['a', 30],
      ['b', 70],
      ['c', 110],
    ])
  })

  test('leaves out what was tried, and what is out', () => {
    const bench = new Bench(balanceOf({ a: 1, b: 1, c: 1 }))
    expect(bench.picks(4, bench.member('b').bit)).toBe('a c a c')
    bench.calls('c', 'bad', 'bad', 'bad')
    expect(bench.picks(2, bench.member('b').bit)).toBe('a a')
    expect(bench.picks(1, bench.member('a').bit | bench.member('b').bit)).toBe('-')
  })
})

describe('the circuit breaker', () => {
  test('opens after failures in a row only', () => {
    const bench = new Bench(balanceOf({ a: 1, b: 1 }))
    bench.calls('a', 'bad', 'bad', 'good', 'bad', 'bad', 'none', 'answered')
    expect(bench.stateOf('a')).toBe('closed')
    bench.calls('a', 'bad')
    expect(bench.stateOf('a')).toBe('open')
    expect(bench.picks(3)).toBe('b b b')
    expect(bench.tally.openings).toBe(1)
  })

  test('forgets a failure that is a minute old when the next one comes', () => {
    const bench = new Bench(balanceOf({ a: 1 }))
    bench.calls('a', 'bad', 'bad')
    bench.nowMs += 60_001
    bench.calls('a', 'bad', 'bad')
    expect(bench.stateOf('a')).toBe('closed')
    bench.calls('a', 'bad')
    expect(bench.stateOf('a')).toBe('open')
  })

  test('lets one trial through when its time is over, and closes when that is answered', () => {
    const bench = new Bench(balanceOf({ a: 1, b: 1 }))
    bench.calls('a', 'bad', 'bad', 'bad')
    bench.nowMs += 1_000
    expect(bench.stateOf('a')).toBe('half_open')
    const isTrial = bench.member('a').breaker.begin()
    expect(isTrial).toBe(true)
    expect(bench.picks(3)).toBe('b b b')
    bench.end('a', 'answered', isTrial)
    expect(bench.stateOf('a')).toBe('closed')
    expect(bench.picks(2)).toContain('a')
  })

  test('is on probation until an answer came whole: the next failure opens it again, for longer each time', () => {
    const bench = new Bench(balanceOf({ a: 1 }))
    bench.calls('a', 'bad', 'bad', 'bad')
    for (const openMs of [1_000, 2_000, 3_000, 3_000]) {
      expect(bench.member('a').breaker.openUntilMs - bench.nowMs).toBe(openMs)
      bench.nowMs += openMs
      const isTrial = bench.member('a').breaker.begin()
      bench.end('a', 'answered', isTrial)
      bench.end('a', 'bad', false)
    }
    bench.nowMs += 3_000
    bench.calls('a', 'good')
    bench.calls('a', 'bad', 'bad', 'bad')
    expect(bench.member('a').breaker.openUntilMs - bench.nowMs).toBe(1_000)
  })

  test('gives the trial to another when nobody knows what came of the one before', () => {
    const bench = new Bench(balanceOf({ a: 1 }))
    bench.calls('a', 'bad', 'bad', 'bad')
    bench.nowMs += 1_000
    bench.calls('a', 'none')
    expect(bench.stateOf('a')).toBe('half_open')
    expect(bench.picks(1)).toBe('a')
  })

  test('does not hear calls from before it was opened', () => {
    const bench = new Bench(balanceOf({ a: 1 }))
    bench.calls('a', 'bad', 'bad', 'bad')
    bench.end('a', 'good', false)
    bench.end('a', 'bad', false)
    expect(bench.stateOf('a')).toBe('open')
    expect(bench.member('a').breaker.openUntilMs - bench.nowMs).toBe(1_000)
  })
})

describe('when all are out', () => {
  const HEALTH_CHECK = {
    path: '/',
    intervalMs: 7_000,
    timeoutMs: 1_000,
    statuses: new Set([200]),
    healthyAfter: 2,
    unhealthyAfter: 1,
    withCredential: false,
  }

  test('the least bad is tried: well by its checks, and open for the shortest', () => {
    const bench = new Bench(balanceOf({ a: 1, b: 1, c: 1 }, { healthCheck: HEALTH_CHECK }))
    bench.calls('b', 'bad', 'bad', 'bad')
    bench.nowMs += 10
    bench.calls('a', 'bad', 'bad', 'bad')
    bench.member('c').health.take('It answered 500.', HEALTH_CHECK, bench.nowMs)
    expect(nameOf(bench.pool.choose(bench.nowMs))).toBe('b')
    expect(bench.pool.refusedForMs(bench.nowMs)).toBe(0)
    expect(bench.tally.allOut).toBe(1)
  })

  test('or calls are refused for as long as the first of them is out', () => {
    const bench = new Bench(balanceOf({ a: 1, b: 1 }, { whenAllOut: 'refuse' }))
    expect(bench.pool.refusedForMs(bench.nowMs)).toBe(0)
    bench.calls('a', 'bad', 'bad', 'bad')
    expect(bench.pool.refusedForMs(bench.nowMs)).toBe(0)
    bench.nowMs += 1_000
    bench.calls('a', 'bad')
    bench.nowMs += 500
    bench.calls('b', 'bad', 'bad', 'bad')
    expect(bench.pool.refusedForMs(bench.nowMs)).toBe(1_000)
    bench.nowMs += 1_000
    expect(bench.pool.refusedForMs(bench.nowMs)).toBe(0)
  })

  test('by their checks, the next check may tell', () => {
    const bench = new Bench(balanceOf({ a: 1 }, { whenAllOut: 'refuse', healthCheck: HEALTH_CHECK }))
    bench.member('a').health.take('no', HEALTH_CHECK, bench.nowMs)
    expect(bench.pool.refusedForMs(bench.nowMs)).toBe(7_000)
  })
})

describe('health checks', () => {
  const spec = { healthyAfter: 2, unhealthyAfter: 3 }

  test('take an upstream out and bring it back after so many in a row', () => {
    const bench = new Bench(balanceOf({ a: 1, b: 1 }))
    const { health } = bench.member('a')
    const told = ['x', undefined, 'x', 'x', 'x', undefined, 'x', undefined, undefined]
    const verdicts = told.map((problem) => {
      health.take(problem, spec, bench.nowMs)
      return health.verdict
    })
    const before = ['unknown', 'healthy', 'healthy', 'healthy']
    expect(verdicts).toEqual([...before, 'unhealthy', 'unhealthy', 'unhealthy', 'unhealthy', 'healthy'])
  })

  test('may fault an upstream from the start', () => {
    const { health } = new Bench(balanceOf({ a: 1 })).member('a')
    for (const problem of ['x', 'x', 'x']) health.take(problem, spec, 0)
    expect(health.isOut).toBe(true)
  })
})

describe('a changed route', () => {
  test('goes on with what was known of the upstreams that it keeps, also by calls under way', () => {
    const bench = new Bench(balanceOf({ a: 1, b: 1 }))
    const { breaker } = bench.member('b')
    bench.calls('b', 'bad', 'bad')
    bench.pool = new UpstreamPool(balanceOf({ c: 1, b: 4 }), bench.world, bench.pool)
    expect(bench.member('b').breaker).toBe(breaker)
    bench.calls('b', 'bad')
    expect(bench.stateOf('b')).toBe('open')
    expect(bench.picks(2)).toBe('c c')
  })

  test('forgets it where nobody asks for it any more', () => {
    const bench = new Bench(balanceOf({ a: 1 }))
    bench.calls('a', 'bad', 'bad', 'bad')
    bench.pool = new UpstreamPool(balanceOf({ a: 1 }, { breaker: undefined }), bench.world, bench.pool)
    expect(bench.stateOf('a')).toBe('closed')
  })
})
