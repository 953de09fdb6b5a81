import type { Decision, LimitPolicy, WindowPolicy } from '@claviger/core'
import type { DecisionRecord } from '@claviger/gateway'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeDecision, encodeDecision } from '#audit'
import { ReplaySide, type SideAnswer } from './replay-side.ts'

const START_MS = Date.UTC(2026, 10, 18, 11, 6, 40)
const VALID: Decision = { code: 'valid', rule: 'all', shadow: [] }
const windowOf = (limit: number, members: Partial<WindowPolicy> = {}): WindowPolicy => ({
  id: 'key:key_1:window:requests',
  name: 'requests',
  owner: 'key',
  class: 'bounded',
  mode: 'enforce',
  onCounterLoss: 'closed',
  kind: 'window',
  limit,
  windowMs: 60_000,
  buckets: 60,
  ...members,
})

interface Call {
  readonly atMs: number
  readonly cost: number
}

/** Through a line of the journal. */
function journaled({ atMs, cost }: Call, code = 'valid', rule = 'all'): DecisionRecord {
  return decodeDecision(
    encodeDecision({
      atMs,
      requestId: 'req_1',
      door: 'verify',
      workspaceId: 'wsp_1',
      appId: 'app_1',
      keyId: 'key_1',
      versionNumber: 1,
      apiId: undefined,
      targetId: undefined,
      method: '',
      path: '',
      clientIp: '',
      userAgent: '',
      code,
      rule,
      status: 200,
      durationMs: 1,
      usage: undefined,
      facts: cost === 1 ? undefined : { cost },
    }),
  )
}

const side = (isReplayed: (policy: LimitPolicy) => boolean = () => true): ReplaySide =>
  new ReplaySide({ isReplayed, balanceOf: () => ({ openingUnits: 0, booked: [] }) })

interface Asked {
  readonly policies: readonly LimitPolicy[]
  readonly record: DecisionRecord
  readonly decision?: Decision
  readonly isFixed?: boolean
}
const ask = (on: ReplaySide, { policies, record, decision = VALID, isFixed = false }: Asked): SideAnswer =>
  on.answer({ record, decision, passed: true, policies, lastsMs: 0, isFixed })

/** Brute force: which of these does a window let through? */
function oracle(limit: number, calls: readonly Call[]): readonly boolean[] {
  const letIn: Call[] = []
  return calls.map((call) => {
    const used = letIn.reduce((sum, { atMs, cost }) => sum + (atMs > call.atMs - 60_000 ? cost : 0), 0)
    const passes = used + call.cost <= limit
    if (passes) letIn.push(call)
    return passes
  })
}

const steady = fc
  .record({ everyMs: fc.integer({ min: 500, max: 20_000 }), count: fc.integer({ min: 10, max: 80 }) })
  .map(({ everyMs, count }) => Array.from({ length: count }, (_, at) => ({ atMs: START_MS + at * everyMs, cost: 1 })))
const adversarial = fc
  .array(
    fc.record({
      afterMs: fc.oneof(fc.constantFrom(0, 1, 59_999, 60_000, 60_001, 30_000), fc.integer({ min: 0, max: 5_000 })),
      cost: fc.integer({ min: 1, max: 4 }),
    }),
    { minLength: 20, maxLength: 100, size: 'max' },
  )
  .map((list) => {
    let atMs = START_MS
    return list.map(({ afterMs, cost }) => ({ atMs: (atMs += afterMs), cost }))
  })

describe('a side', () => {
  test('beside another flips exactly the recorded arrivals on which brute force differs', () => {
    let flips = 0
    const limit = fc.integer({ min: 1, max: 30 })
    fc.assert(
      fc.property(fc.oneof(steady, adversarial), limit, limit, (calls, before, after) => {
        const [was, would] = [oracle(before, calls), oracle(after, calls)]
        const sides = [side(), side()] as const
        for (const [at, call] of calls.entries()) {
          // as it was journaled with the limit as it is
          const record = was[at] === true ? journaled(call) : journaled(call, 'limit_reached', 'limit.key.requests')
          const answers = [
            ask(sides[0], { policies: [windowOf(before)], record }),
            ask(sides[1], { policies: [windowOf(after)], record }),
          ]
          if (was[at] !== would[at]) flips++
          expect(answers.map(({ code }) => code)).toEqual(
            [was[at], would[at]].map((passes) => (passes === true ? 'valid' : 'limit_reached')),
          )
        }
      }),
      { numRuns: 300 },
    )
    expect(flips).toBeGreaterThan(1_000)
  })

  test('charges nothing for what its rules refuse, nor for what was refused before limits are charged', () => {
    const on = side()
    const policies = [windowOf(1)]
    const refused: Decision = { code: 'ip_not_allowed', rule: 'key.restrictions/0.ip', shadow: [] }
    const call = { atMs: START_MS, cost: 1 }
    expect(ask(on, { policies, record: journaled(call), decision: refused })).toMatchObject({ code: 'ip_not_allowed' })
    for (const code of ['method_not_allowed', 'counters_unavailable'])
      expect(ask(on, { policies, record: journaled(call, code) }).code).toBe(code)
    expect(ask(on, { policies, record: journaled(call, 'upstream_timeout') }).code).toBe('upstream_timeout')
    expect(ask(on, { policies, record: journaled(call) })).toEqual({
      code: 'limit_reached',
      rule: 'limit.key.requests',
      isReplayed: true,
    })
  })

  test('leaves what a limit refused that cannot be run again, and charges nothing for it', () => {
    const fixed = windowOf(1, { id: 'other', name: 'other' })
    const on = side(({ id }) => id !== 'other')
    const policies = [windowOf(1), fixed]
    const record = journaled({ atMs: START_MS, cost: 1 }, 'limit_reached', 'limit.key.other')
    expect(ask(on, { policies, record, isFixed: true })).toEqual({
      code: 'limit_reached',
      rule: 'limit.key.other',
      isReplayed: false,
    })
    // which was counted nowhere
    for (const code of ['valid', 'limit_reached'])
      expect(ask(on, { policies, record: journaled({ atMs: START_MS, cost: 1 }) }).code).toBe(code)
  })
})
