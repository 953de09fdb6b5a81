import { ApiError, UnreachableError } from '@claviger/sdk'
import { describe, expect, test } from 'vitest'
import { carryOut, type Hands, type NewSecret } from './carry-out.ts'
import { planOf } from './plan.ts'
import { readWanted } from './read-file.ts'
import { stopOf } from './report.ts'

const FILE = {
  apis: [{ name: 'shop', prefix: 'shop', disabled: true }],
  apps: [{ name: 'web', owner: 'o' }],
  keys: [
    { name: 'one', app: 'web', apis: ['shop'] },
    { name: 'two', app: 'web', apis: ['shop'] },
  ],
}
const { steps } = planOf(readWanted(JSON.stringify(FILE)).wanted, new Map())
const REFUSED = new ApiError(422, { code: 'validation_failed', title: 'No.' }, new Headers())

interface Called {
  readonly operation: string
  readonly body: object
  readonly params?: object
  readonly idempotencyKey?: string
}

/** A server that answers what is scripted for the n-th call, or makes the thing. */
function doing(script: Readonly<Record<number, Error>> = {}, keepSecret?: Hands['keepSecret']) {
  const called: Called[] = []
  const waited: number[] = []
  const hands: Hands = {
    async call(operation, call) {
      called.push({ operation, ...call })
      const fault = script[called.length]
      if (fault !== undefined) throw fault
      const id = `id_${called.length}`
      return operation === 'createKey' ? { id, secret: `secret of ${id}` } : { id }
    },
    ...(keepSecret !== undefined && { keepSecret }),
    onDone: () => undefined,
    randomId: () => `random-${called.length}`,
    wait: async (ms) => void waited.push(ms),
  }
  return { called, waited, done: carryOut(steps, hands) }
}

describe('carryOut', () => {
  test('puts the ids of what is made into what comes after it', async () => {
    const { called, done } = doing()
    expect((await done).map(({ state }) => state)).toEqual(['done', 'done', 'done', 'done', 'done'])
    expect(called).toMatchObject([
      { operation: 'createApi', body: { name: 'shop' } },
      { operation: 'createApp' },
      { operation: 'createKey', body: { name: 'one', app_id: 'id_2', api_ids: ['id_1'] } },
      { operation: 'createKey', body: { name: 'two' } },
      { operation: 'updateApi', params: { id: 'id_1' }, body: { disabled: true } },
    ])
    expect(called[0]?.body).not.toHaveProperty('disabled')
    expect((await done)[2]).toMatchObject({ secret: 'secret of id_3' })
  })

  test('repeats a creation without an answer under the same key, and gives up after three times', async () => {
    const lost = new UnreachableError('http://x', 'gone')
    const once = doing({ 3: lost })
    expect((await once.done).map(({ state }) => state)).toEqual(['done', 'done', 'done', 'done', 'done'])
    expect(once.called[3]?.idempotencyKey).toBe(once.called[2]?.idempotencyKey)
    expect(once.called[4]?.idempotencyKey).not.toBe(once.called[2]?.idempotencyKey)
    const often = doing({ 1: lost, 2: lost, 3: lost })
    expect((await often.done)[0]).toMatchObject({ state: 'failed', error: lost })
    expect(often.waited).toEqual([1000, 2000])
  })

  test('stops at the first refusal and tries nothing after it', async () => {
    const { called, done } = doing({ 3: REFUSED })
    const all = await done
    expect(all.map(({ state }) => state)).toEqual(['done', 'done', 'failed', 'not tried', 'not tried'])
    expect(called).toHaveLength(3)
    expect(stopOf(all)?.message).toMatch(
      /^Stopped at keys web\/one: .*\n2 of 5 are done and stay so, 2 were not tried/s,
    )
  })

  test('hands each secret over before the next key is made, and answers it no more', async () => {
    const kept: NewSecret[] = []
    const counts: number[] = []
    const { called, done } = doing({}, async (secret) => {
      kept.push(secret)
      counts.push(called.length)
    })
    expect(JSON.stringify(await done)).not.toContain('secret of')
    expect(kept).toEqual([
      { key_id: 'id_3', app: 'web', name: 'one', secret: 'secret of id_3' },
      { key_id: 'id_4', app: 'web', name: 'two', secret: 'secret of id_4' },
    ])
    expect(counts).toEqual([3, 4])
  })

  test('answers a secret that could not be kept, and stops', async () => {
    const all = await doing({}, async () => Promise.reject(new Error('no space left'))).done
    expect(all[2]).toMatchObject({ state: 'failed', secret: 'secret of id_3', id: 'id_3' })
    expect(all[3]?.state).toBe('not tried')
  })
})
