/** A look at limits tells what the next call would meet, and leaves no trace. */
import type { LimitPolicy } from '@claviger/core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { silentLog } from '#config'
import { openSeal, type Seal } from '#seal'
import { openTestStore, type TestStore } from '../store/testing.ts'
import { createCounters, type RunningCounters } from './counters.ts'
import { bookCredits } from './credits.ts'
import type { LimitPeek } from './peek-limits.ts'

const clock = { nowMs: () => Date.now(), monotonicMs: () => performance.now() }
const HOUR_MS = 3_600_000

let store: TestStore
let seal: Seal
let tests = 0
let nodes = 0
const running: RunningCounters[] = []

beforeAll(async () => {
  store = await openTestStore()
  seal = await openSeal(store, store.config, silentLog)
  await store.transaction(async (tx) => seal.ensureWorkspace(tx, 'wsp_1'))
})
beforeEach(() => {
  tests++
})
afterEach(async () => {
  for (const counters of running.splice(0)) await counters.close()
})
afterAll(async () => {
  await seal.close()
  await store.dispose()
})

function open(): RunningCounters {
  const counters = createCounters({ store, clock, log: silentLog, node: `nod_${++nodes}` })
  running.push(counters)
  return counters
}

const common = () =>
  ({ id: `${tests}`, name: 'some', class: 'bounded', mode: 'enforce', onCounterLoss: 'closed' }) as const

/** Each lets 10 units through, and not one more before the end of this test. */
const KINDS: readonly (() => LimitPolicy)[] = [
  () => ({ ...common(), kind: 'window', limit: 10, windowMs: HOUR_MS, buckets: 60 }),
  () => ({ ...common(), kind: 'window', limit: 10, windowMs: HOUR_MS, buckets: 60, class: 'exact' }),
  () => ({ ...common(), kind: 'window', limit: 10, windowMs: HOUR_MS, buckets: 60, class: 'approximate' }),
  () => ({ ...common(), kind: 'burst', limit: 1, windowMs: HOUR_MS, burst: 10 }),
  () => ({ ...common(), kind: 'quota', limit: 10, period: 'year', anchorDay: 1, anchorMonth: 1, zone: 'UTC' }),
  () => ({ ...common(), kind: 'concurrency', limit: 10 }),
  () => ({ ...common(), kind: 'credits', limit: 0, account: `app_${tests}` }),
]

/** Everything that is stored of limits. */
async function stored(): Promise<string> {
  const rows = await Promise.all([
    store.raw('select * from usage_counter order by id', []),
    store.raw('select * from usage_credit order by account_id', []),
    store.raw('select * from usage_credit_block order by node_id, number', []),
  ])
  return JSON.stringify(rows)
}

describe.each(KINDS.map((policyOf) => [`${policyOf().kind}, ${policyOf().class}`, policyOf] as const))(
  '%s',
  (_name, policyOf) => {
    test('is seen as the next call meets it', async () => {
      const policy = policyOf()
      if (policy.kind === 'credits') await grant(policy, 10)
      const counters = open()
      let used = 0
      for (;;) {
        const [seen] = await counters.peek([policy], 1)
        const admission = await counters.admit([policy], 1)
        expect(seen?.blocks).toBe(admission.kind === 'refused')
        if (admission.kind !== 'admitted') break
        expect(seen?.remaining).toBeLessThanOrEqual(10 - used)
        // the time that a lease takes costs a burst something
        expect(seen?.remaining).toBeGreaterThanOrEqual(10 - used - (policy.kind === 'burst' ? 1 : 0))
        used++
      }
      expect(used).toBeGreaterThanOrEqual(9)
      const [spent] = await counters.peek([policy], 1)
      if (policy.kind === 'concurrency' || policy.kind === 'credits') expect(spent?.resetMs).toBe(Infinity)
      else expect(spent?.resetMs).toBeGreaterThan(5_000)
    })

    test('is not changed by who looks', async () => {
      const policy = policyOf()
      if (policy.class === 'approximate') return
      if (policy.kind === 'credits') await grant(policy, 10)
      const caller = createCounters({ store, clock, log: silentLog, node: `nod_${++nodes}` })
      for (let call = 0; call < 4; call++) await caller.admit([policy], 1)
      await caller.close()
      const before = await stored()
      const looking = [open(), open()]
      const seen = await looking[0]?.peek([policy], 1)
      for (let again = 0; again < 20; again++)
        for (const counters of looking) expect(await counters.peek([policy], 1)).toMatchObject(remainingOf(seen))
      expect(await stored()).toBe(before)
      expect(seen?.[0]?.remaining).toBeLessThanOrEqual(policy.kind === 'concurrency' ? 10 : 6)
    })

    test('is seen not to fit what it never lets through', async () => {
      const policy = policyOf()
      if (policy.kind === 'concurrency')
        return expect(await open().peek([policy], 11)).toMatchObject([{ blocks: false }])
      if (policy.kind === 'credits') await grant(policy, 10)
      const [fits, not] = [await open().peek([policy], 10), await open().peek([policy], 11)]
      expect(fits).toMatchObject([{ blocks: false, remaining: 10 }])
      expect(not).toMatchObject([{ blocks: true, remaining: 10, resetMs: Infinity }])
    })
  },
)

const remainingOf = (peeks: readonly LimitPeek[] = []): readonly object[] =>
  peeks.map(({ remaining, blocks }) => ({ remaining, blocks }))

async function grant(policy: Extract<LimitPolicy, { kind: 'credits' }>, units: number): Promise<void> {
  await bookCredits(
    store,
    { workspaceId: 'wsp_1', actor: { type: 'system', id: 'test' } },
    { accountId: policy.account ?? '', kind: 'grant', units, reference: `${tests}` },
  )
}

test('limits that are counted apart are seen as they are for the call that is asked about', async () => {
  const policy: LimitPolicy = { ...common(), kind: 'window', limit: 10, windowMs: HOUR_MS, buckets: 60, per: ['app'] }
  const counters = open()
  const of = (appId: string) => ({ keyId: 'key_1', appId, targetId: undefined, clientIp: undefined })
  for (let call = 0; call < 3; call++) await counters.admit([policy], 1, of('app_1'))
  expect(await counters.peek([policy], 1, of('app_1'))).toMatchObject([{ remaining: 7 }])
  expect(await counters.peek([policy], 1, of('app_2'))).toMatchObject([{ remaining: 10 }])
})

test('what another node has leased is not seen as free here', async () => {
  const policy: LimitPolicy = { ...common(), kind: 'window', limit: 1_000, windowMs: HOUR_MS, buckets: 60 }
  const [one, other] = [open(), open()]
  for (let call = 0; call < 100; call++) await one.admit([policy], 1)
  const [here] = await one.peek([policy], 1)
  const [there] = await other.peek([policy], 1)
  expect(here?.remaining).toBe(900)
  expect(there?.remaining).toBeLessThanOrEqual(900)
})

test('while the store is away nothing is told', async () => {
  const policy: LimitPolicy = { ...common(), kind: 'window', limit: 10, windowMs: HOUR_MS, buckets: 60 }
  const gone = { raw: async () => Promise.reject(new Error('connection terminated')) }
  const counters = createCounters({ store: gone, clock, log: silentLog, node: 'nod_gone' })
  running.push(counters)
  await expect(counters.peek([policy], 1)).rejects.toThrow('')
})
