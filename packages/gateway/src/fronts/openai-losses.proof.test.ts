/** The AI door while revocations cannot be read: chats and lists of models go by what models and apis declare. */
import { compileScopes, type FeedLossPolicy } from '@claviger/core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startStandIn, type StandIn } from '../../../../examples/stand-in-upstream.mjs'
import { startAiPlane, type AiPlane } from '../testing/ai-plane.ts'
import { apiOf } from '../testing/made-parts.ts'

const DENY: FeedLossPolicy = { mode: 'deny' }
const serves = (maxStaleMs: number): FeedLossPolicy => ({ mode: 'serve_known', maxStaleMs })

let standIn: StandIn
let plane: AiPlane
beforeAll(async () => {
  standIn = await startStandIn()
})
afterAll(async () => standIn.close())
beforeEach(async () => {
  plane = await startAiPlane()
})
afterEach(async () => {
  expect(plane.errors).toEqual([])
  await plane.close()
})

const LENIENT = apiOf('wsp_home', { id: 'api_lenient', onFeedLoss: serves(60_000) })

function addModel(name: string, onFeedLoss: FeedLossPolicy | undefined): void {
  plane.addModel(name, { upstreamOrigin: standIn.origin, upstreamModel: 'stand-in' }, { api: LENIENT, onFeedLoss })
}
const addKey = (api = LENIENT): string => plane.world.addKey(api, { scopes: compileScopes(['chat']) }).secret

async function ask(secret: string, path: string, model?: string): Promise<readonly unknown[]> {
  const answer = await fetch(`${plane.origin}/openai/v1${path}`, {
    method: model === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
    ...(model !== undefined && { body: JSON.stringify({ model, messages: [{ role: 'user', content: 'x' }] }) }),
  })
  const { error, data }: { error?: { code: string }; data?: { id: string }[] } = JSON.parse(await answer.text())
  const told = plane.world.failureModes.splice(0).map(({ mode, target, outcome }) => `${mode} ${target.id} ${outcome}`)
  return [answer.status, error?.code ?? data?.map(({ id }) => id) ?? 'one', ...told]
}

describe('while revocations cannot be read', () => {
  test('one model is told of as it is called: by its own policy, else by that of its api', async () => {
    addModel('own', serves(5_000))
    addModel('inherited', undefined)
    addModel('sensitive', DENY)
    const secret = addKey()
    plane.world.weather.feedAgeMs = 4_000
    for (const [model, status, ...told] of [
      ['own', 200, 'serve_known mdl_own served'],
      ['inherited', 200, 'serve_known api_lenient served'],
      ['sensitive', 503, 'deny mdl_sensitive refused'],
    ] as const) {
      const code = status === 200 ? 'one' : 'feed_lost'
      expect(await ask(secret, '/chat/completions', model)).toEqual([status, code, ...told])
      expect(await ask(secret, `/models/${model}`)).toEqual([status, code, ...told])
    }
    plane.world.weather.feedAgeMs = 5_001
    expect(await ask(secret, '/models/own')).toEqual([503, 'feed_lost', 'serve_known mdl_own refused'])
  })

  test('the list goes by the strictest of what stands in it', async () => {
    addModel('own', serves(5_000))
    addModel('inherited', undefined)
    const secret = addKey()
    plane.world.weather.feedAgeMs = 4_000
    expect(await ask(secret, '/models')).toEqual([200, ['own', 'inherited'], 'serve_known mdl_own served'])
    plane.world.weather.feedAgeMs = 5_001
    expect(await ask(secret, '/models')).toEqual([503, 'feed_lost', 'serve_known mdl_own refused'])
    addModel('sensitive', DENY)
    plane.world.weather.feedAgeMs = 4_000
    expect(await ask(secret, '/models')).toEqual([503, 'feed_lost', 'deny mdl_sensitive refused'])
    plane.world.weather.feedAgeMs = 0
    expect(await ask(secret, '/models')).toEqual([200, ['own', 'inherited', 'sensitive']])
  })

  test('an empty list goes by the apis of the key', async () => {
    plane.world.weather.feedAgeMs = 4_000
    expect(await ask(addKey(), '/models')).toEqual([200, [], 'serve_known api_lenient served'])
    const strict = addKey(apiOf('wsp_home', { id: 'api_strict', onFeedLoss: DENY }))
    expect(await ask(strict, '/models')).toEqual([503, 'feed_lost', 'deny api_strict refused'])
  })

  test('a refusal says when to come again, in the form of the wire, and is journaled with its rule', async () => {
    addModel('sensitive', DENY)
    const secret = addKey()
    plane.world.weather.feedAgeMs = 4_000
    const answer = await fetch(`${plane.origin}/openai/v1/models`, { headers: { authorization: `Bearer ${secret}` } })
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1'])
    expect(await answer.json()).toMatchObject({ error: { code: 'feed_lost', type: 'server_error' } })
    await expect.poll(() => plane.world.records.at(-1)).toMatchObject({ code: 'feed_lost', rule: 'feed', status: 503 })
  })
})
