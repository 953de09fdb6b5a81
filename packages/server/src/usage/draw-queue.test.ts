import { setImmediate as nextTurn } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { DrawFault } from './draw-fault.ts'
import { DrawQueue, type Answered } from './draw-queue.ts'
import type { DrawRequest, Grant, LeaseStore, Returned } from './lease-store.ts'

const returning = (id: string): Returned => ({ kind: 'quota', id, bucket: 1, units: 1 })
const GRANT = { granted: true, delayMs: 0, liveNodes: 1, limits: [] } satisfies Grant

/** A queue over a store that does nothing of a call that holds one of these ids. */
function queueOver(faulty: readonly string[]) {
  const cause = new Error('bigint out of range')
  const told = {
    calls: [] as (readonly string[])[],
    faults: [] as (readonly string[])[],
    returns: [] as (readonly Returned[])[],
    clockMs: 0,
    failure: undefined as Error | undefined,
    away: 0,
    ended: 0,
  }
  const idsOf = (requests: readonly DrawRequest[], returns: readonly Returned[]): readonly string[] =>
    [...requests.flatMap(({ limits }) => limits), ...returns].map(({ id }) => id)
  const store: LeaseStore = {
    kinds: new Set(),
    draw: async (requests, returns) => {
      const ids = idsOf(requests, returns)
      told.calls.push(ids)
      told.returns.push(returns)
      if (told.failure !== undefined) throw told.failure
      if (faulty[0] === 'of-ended')
        return requests.map((request) =>
          idsOf([request], []).includes('of-ended') ? { ...GRANT, granted: false, nodeEnded: true } : GRANT,
        )
      if (ids.some((id) => faulty.includes(id)) || faulty.includes('*')) throw new DrawFault(cause)
      return requests.map(() => GRANT)
    },
    giveBack: async () => undefined,
    look: async () => [],
  }
  const queue = new DrawQueue({
    store,
    clock: { nowMs: () => 0, monotonicMs: () => told.clockMs },
    schedule: queueMicrotask,
    onFault: (_cause, ids) => told.faults.push(ids),
    onEnded: () => told.ended++,
    onAway: () => told.away++,
    onBack: () => undefined,
  })
  const answers = new Map<string, Answered>()
  const ask = (id: string): void =>
    queue.add(
      {
        cost: 1,
        slowestMs: 0,
        limits: [{ kind: 'quota', id, limit: 1, alone: false, patienceMs: 0, want: 1, starts: [] }],
      },
      (answered) => answers.set(id, answered),
    )
  return { queue, told, answers, ask }
}

describe('a request that the store does nothing of', () => {
  test('fails alone: all others of its batch are granted, and the store does not count as away', async () => {
    const { queue, told, answers, ask } = queueOver(['bad'])
    for (let other = 0; other < 60; other++) ask(other === 17 ? 'bad' : `good-${other}`)
    queue.giveBack([returning('given-back')])
    await queue.settled()
    await nextTurn()
    expect(answers.size).toBe(60)
    for (const [id, { grant }] of answers) expect(grant, id).toEqual(id === 'bad' ? undefined : GRANT)
    expect(told).toMatchObject({ faults: [['bad']], away: 0 })
    expect(queue.isAway()).toBe(false)
    expect(queue.isLost()).toBe(false)
    // what comes back is heard once
    expect(told.calls.filter((ids) => ids.includes('given-back') && !ids.includes('bad'))).toHaveLength(1)
    expect(told.calls.length).toBeLessThan(20)
  })

  test('may be a return: then that one is dropped, and said no more', async () => {
    const { queue, told, answers, ask } = queueOver(['bad-return'])
    ask('good')
    queue.giveBack([returning('bad-return'), returning('good-return')])
    await queue.settled()
    expect(answers.get('good')?.grant).toEqual(GRANT)
    expect(told).toMatchObject({ faults: [['bad-return']], away: 0 })
    expect(told.calls.filter((ids) => ids.length === 1 && ids[0] === 'good-return')).toHaveLength(1)
    const before = told.calls.length
    queue.tryAgain()
    await queue.settled()
    expect(told.calls).toHaveLength(before)
  })

  test('that was not answered is said again, as such, when it closes a block', async () => {
    const { queue, told } = queueOver(['*'])
    const closing: Returned = { kind: 'credits', id: 'key_1', node: 'nod_1', block: 1, spent: 2, doubted: false }
    told.failure = new Error('the connection broke')
    queue.giveBack([closing])
    await queue.settled()
    told.clockMs = 1_000
    queue.tryAgain()
    await queue.settled()
    expect(told.returns).toEqual([[closing], [{ ...closing, again: true }]])
  })

  test('says that the node has ended: that is told, and the request is not decided', async () => {
    const { queue, told, answers, ask } = queueOver(['of-ended'])
    ask('of-ended')
    ask('good')
    await queue.settled()
    expect(answers.get('of-ended')?.grant).toBeUndefined()
    expect(answers.get('good')?.grant).toEqual(GRANT)
    expect(told).toMatchObject({ ended: 1, faults: [], away: 0 })
  })

  test('is none when the store does nothing of an empty call either: then it is away', async () => {
    const { queue, told } = queueOver(['*'])
    queue.warmUp()
    await nextTurn()
    expect(told).toMatchObject({ faults: [], away: 1 })
    expect(queue.isLost()).toBe(true)
  })
})
