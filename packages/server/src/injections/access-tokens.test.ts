import { describe, expect, test } from 'vitest'
import { AccessTokens } from './access-tokens.ts'
import { InjectionProblem, type OwnAnswer, type OwnRequest } from './injector.ts'
import { oauth2ClientCredentials } from './oauth2-client-credentials.ts'
import { json, quietTools } from './testing/tools.ts'

const request: OwnRequest = {
  origin: 'https://login.example.com',
  method: 'POST',
  path: '/token',
  headers: [],
  body: undefined,
}
const SECOND = 1_000

/** A clock that is moved by hand, and an endpoint that answers what it is told to. */
function setUp(answer: (nth: number) => OwnAnswer | Promise<OwnAnswer>) {
  const state = { nowMs: 1_000_000, asked: 0 }
  const tools = {
    nowMs: () => state.nowMs,
    fetch: async () => answer(++state.asked),
  }
  return { state, tokens: new AccessTokens({ request, tools }) }
}

const good = (nth: number, members: object = {}): OwnAnswer =>
  json(200, { access_token: `t${nth}`, token_type: 'Bearer', expires_in: 100, ...members })

describe('an access token', () => {
  test('is fetched once for all who need it at the same time, and then is there without a promise', async () => {
    const { state, tokens } = setUp(good)
    const all = await Promise.all(Array.from({ length: 50 }, async () => tokens.current()))
    expect([new Set(all), state.asked, tokens.current()]).toEqual([new Set(['t1']), 1, 't1'])
  })

  test.each([
    { atSeconds: 79, value: 't1', asked: 1, because: 'it is young' },
    { atSeconds: 81, value: 't1', asked: 2, because: 'it is renewed while it still serves' },
    { atSeconds: 96, value: 't2', asked: 2, because: 'it is as good as dead' },
  ])('at $atSeconds of 100 s is $value: $because', async ({ atSeconds, value, asked }) => {
    const { state, tokens } = setUp(good)
    await tokens.current()
    state.nowMs += atSeconds * SECOND
    expect([await tokens.current(), state.asked]).toEqual([value, asked])
  })

  test('goes on to serve when its renewal fails, and is asked for again after a while', async () => {
    const { state, tokens } = setUp((nth) => (nth === 2 ? json(503, {}) : good(nth)))
    await tokens.current()
    state.nowMs += 81 * SECOND
    expect([await tokens.current(), await tokens.current(), state.asked]).toEqual(['t1', 't1', 2])
    await Promise.resolve()
    state.nowMs += 2 * SECOND
    expect([await tokens.current(), state.asked]).toEqual(['t1', 3])
    await new Promise((resolve) => setImmediate(resolve))
    expect(await tokens.current()).toBe('t3')
  })

  test.each([
    ['text', '100'],
    ['nothing', undefined],
    ['what is no number', 'soon'],
    ['less than nothing', -5],
  ])('is taken with a life of %s', async (_what, life) => {
    const { tokens } = setUp((nth) => good(nth, { expires_in: life }))
    expect([await tokens.current(), tokens.current()]).toEqual(['t1', 't1'])
  })

  test.each([
    ['of another type', json(200, { access_token: 'x', token_type: 'mac' }), 'answered without a bearer token'],
    ['with a line feed', json(200, { access_token: 'x\ny', token_type: 'bearer' }), 'answered without a bearer token'],
    ['in no JSON', { status: 200, body: new TextEncoder().encode('<html>') }, 'answered without a bearer token'],
    ['with a redirect', json(302, {}), 'answered 302'],
    [
      'with a refusal',
      json(401, { error: 'invalid_client', error_description: 's3cret' }),
      'answered 401 (invalid_client)',
    ],
    ['with a code that is none', json(400, { error: 'S3CRET here' }), 'answered 400'],
  ])('that comes %s is none', async (_how, answer, why) => {
    const { tokens } = setUp(() => answer)
    await expect(tokens.current()).rejects.toThrow(
      expect.objectContaining({ message: `the token endpoint at ${request.origin} ${why}` }),
    )
  })
})

describe('a token endpoint that fails', () => {
  test('is left alone for longer each time, a minute at most, and those who come meanwhile hear why', async () => {
    const { state, tokens } = setUp(() => json(500, {}))
    const waits: number[] = []
    await expect(tokens.current()).rejects.toThrow('answered 500')
    while (state.asked < 9) {
      const before = { ...state }
      while (state.asked === before.asked) {
        state.nowMs += SECOND
        await expect(tokens.current()).rejects.toThrow('answered 500')
      }
      waits.push((state.nowMs - before.nowMs) / SECOND)
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60])
  })

  test('counts from the beginning again once it has answered', async () => {
    const { state, tokens } = setUp((nth) => (nth === 3 ? good(nth) : json(500, {})))
    for (const waitMs of [0, 1_000, 2_000]) {
      state.nowMs += waitMs
      await Promise.resolve(tokens.current()).catch(() => undefined)
    }
    expect(tokens.current()).toBe('t3')
    state.nowMs += 99 * SECOND
    await expect(tokens.current()).rejects.toThrow('answered 500')
    state.nowMs += SECOND
    await expect(tokens.current()).rejects.toThrow('answered 500')
    expect(state.asked).toBe(5)
  })

  test('that cannot be reached is told by what the guard says, and by nothing of other errors', async () => {
    const guarded = setUp(() => Promise.reject(new InjectionProblem('login.example.com points to 10.0.0.1')))
    await expect(guarded.tokens.current()).rejects.toThrow('points to 10.0.0.1')
    const broken = setUp(() => Promise.reject(new Error('s3cret')))
    await expect(broken.tokens.current()).rejects.toThrow('no access token could be fetched')
  })
})

describe('a token that the upstream refuses', () => {
  test('is given up, and another one is worth a try', async () => {
    const { tokens } = setUp(good)
    expect(tokens.refused(await tokens.current())).toBe(true)
    expect(await tokens.current()).toBe('t2')
  })

  test('leaves a newer one alone', async () => {
    const { state, tokens } = setUp(good)
    const old = await tokens.current()
    tokens.refused(old)
    await tokens.current()
    expect([tokens.refused(old), await tokens.current(), state.asked]).toEqual([true, 't2', 2])
  })

  test('is not replaced at each call when the upstream refuses new ones too', async () => {
    const { state, tokens } = setUp(good)
    expect(tokens.refused(await tokens.current())).toBe(true)
    expect(tokens.refused(await tokens.current())).toBe(false)
    expect([await tokens.current(), state.asked]).toEqual(['t2', 2])
    state.nowMs += 5 * SECOND
    expect(tokens.refused('t2')).toBe(true)
  })
})

describe('the question for a token', () => {
  const settings = {
    kind: 'oauth2_client_credentials',
    token_url: 'https://login.example.com/oauth/token?tenant=1',
    client_id: 'me:1',
    scope: 'a b',
    audience: 'https://api.example.com',
  } as const

  async function asked(changes: object): Promise<{ request: OwnRequest; form: URLSearchParams }> {
    const tools = quietTools()
    const ready = oauth2ClientCredentials.ready({ ...settings, ...changes }, 's&c ret', tools)
    await ready.inject({ origin: '', authority: '', method: 'GET', path: '/', headers: [], body: undefined })
    const [own] = tools.asked
    if (own?.body === undefined) throw new Error('nothing was asked')
    return { request: own, form: new URLSearchParams(new TextDecoder().decode(own.body)) }
  }

  test('names the client in the head, each part escaped as forms are (RFC 6749 §2.3.1)', async () => {
    const { request: own, form } = await asked({})
    expect([own.origin, own.path, own.method]).toEqual(['https://login.example.com', '/oauth/token?tenant=1', 'POST'])
    const written = own.headers[own.headers.indexOf('authorization') + 1] ?? ''
    expect(Buffer.from(written.slice('Basic '.length), 'base64').toString()).toBe('me%3A1:s%26c+ret')
    expect(Object.fromEntries(form)).toEqual({
      grant_type: 'client_credentials',
      scope: 'a b',
      audience: 'https://api.example.com',
    })
  })

  test('or in the body, where that was chosen', async () => {
    const { request: own, form } = await asked({ auth_style: 'post', scope: undefined, audience: undefined })
    expect(own.headers).not.toContain('authorization')
    expect(Object.fromEntries(form)).toEqual({
      grant_type: 'client_credentials',
      client_id: 'me:1',
      client_secret: 's&c ret',
    })
  })
})
