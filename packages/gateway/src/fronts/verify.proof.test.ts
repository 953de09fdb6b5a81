import { compileRestrictions, type Restriction } from '@claviger/core'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { apiOf, limitOf } from '../testing/made-parts.ts'
import { type MadeKey } from '../testing/memory-ports.ts'
import type { Plane } from '../testing/plane.ts'
import { callRaw } from '../testing/raw-socket.ts'
import { VERIFY_PATH, endVerifyPlane, home, startVerifyPlane, type VerifyPlane } from '../testing/verify-plane.ts'

const away = apiOf('wsp_away')

let it: VerifyPlane
let plane: Plane
let made: MadeKey
let ask: VerifyPlane['ask']

beforeEach(async () => {
  it = await startVerifyPlane()
  ;({ plane, made, ask } = it)
})

afterEach(async () => endVerifyPlane(it))

describe('a good key', () => {
  test('is answered with what is known of it', async () => {
    const { status, headers, body } = await ask({ key: made.secret, api_id: 'api_wsp_home', scopes: ['read'] })
    expect(status).toBe(200)
    expect(headers.get('cache-control')).toBe('no-store')
    expect(body).toEqual({
      valid: true,
      code: 'valid',
      key_id: made.key.id,
      version: 1,
      app_id: 'app_wsp_home',
      workspace_id: 'wsp_home',
      environment: 'test',
      scopes: ['read', 'write'],
      expires_at: '2100-01-01T00:00:00.000Z',
      limits: [],
      shadow: [],
      request_id: headers.get('x-request-id'),
    })
  })

  test('is journaled with who asked, about what, and for whom', async () => {
    await ask({
      key: made.secret,
      api_id: 'api_wsp_home',
      client_ip: '192.0.2.1',
      request: { method: 'GET', path: '/orders?secret=1', user_agent: 'their-client/1' },
    })
    expect(plane.world.records).toHaveLength(1)
    expect(plane.world.records[0]).toMatchObject({
      door: 'verify',
      keyId: made.key.id,
      apiId: 'api_wsp_home',
      askedBy: 'adm_1',
      code: 'valid',
      status: 200,
      method: 'GET',
      path: '/orders',
      clientIp: '192.0.2.1',
      userAgent: 'their-client/1',
    })
  })

  test('is charged its cost, and told what is left', async () => {
    const limited = plane.world.addKey(home, { limits: [limitOf('requests', 10, 60_000)] })
    expect((await ask({ key: limited.secret, cost: 4 })).body['limits']).toEqual([
      {
        name: 'requests',
        kind: 'window',
        mode: 'enforce',
        limit: 10,
        window_ms: 60_000,
        remaining: 6,
        reset_ms: expect.any(Number),
      },
    ])
    expect((await ask({ key: limited.secret, cost: 6 })).body['valid']).toBe(true)
    const { status, body } = await ask({ key: limited.secret })
    expect(status).toBe(200)
    expect(body).toMatchObject({
      valid: false,
      code: 'limit_reached',
      key_id: limited.key.id,
      limits: [{ remaining: 0 }],
    })
    expect(body['retry_after_ms']).toBeGreaterThan(50_000)
  })

  test('is told that a cost above its limit never fits', async () => {
    const limited = plane.world.addKey(home, { limits: [limitOf('requests', 10, 60_000)] })
    const { body } = await ask({ key: limited.secret, cost: 11 })
    expect(body).toMatchObject({
      valid: false,
      code: 'limit_reached',
      retry_after_ms: null,
      limits: [{ remaining: 10, reset_ms: null }],
    })
  })

  test('is answered alike when look-ups come later', async () => {
    plane.world.weather.isSlow = true
    const limited = plane.world.addKey(home, { limits: [limitOf('requests', 10, 60_000)] })
    expect((await ask({ key: limited.secret })).body).toMatchObject({ valid: true, limits: [{ remaining: 9 }] })
  })
})

describe('a key that is not good', () => {
  test('because nobody knows it, or another workspace owns it: the same answer, but for its request id', async () => {
    const wrongSecret = made.secret.slice(0, -7) + (made.secret.at(-7) === 'a' ? 'b' : 'a') + made.secret.slice(-6)
    const stranger = plane.world.addKey(away).secret
    const shapes = new Set<string>()
    for (const key of ['x', 'acme_test_x', wrongSecret, stranger, 'ключ', '\ud800']) {
      const { status, text } = await ask({ key })
      shapes.add(`${status} ${text.replace(/req_[0-9a-z]{26}/, '')}`)
    }
    expect([...shapes]).toEqual(['200 {"valid":false,"code":"credential_invalid","request_id":""}'])
    expect(plane.world.records).toEqual([])
    expect(plane.world.probes).toHaveLength(6)
  })

  test.each([
    { name: 'expired', changes: { expiresAtMs: 1 }, ask: {}, code: 'key_expired' },
    { name: 'revoked', changes: { revokedAtMs: 1 }, ask: {}, code: 'key_revoked' },
    { name: 'deleted', changes: { deletedAtMs: 1 }, ask: {}, code: 'key_deleted' },
    { name: 'disabled', changes: { disabledAtMs: 1 }, ask: {}, code: 'key_disabled' },
    { name: 'asleep', changes: { dormantAtMs: 1 }, ask: {}, code: 'key_dormant' },
    { name: 'for another api', changes: {}, ask: { api_id: 'api_other' }, code: 'api_not_allowed' },
    {
      name: 'without a client address that it asks for',
      changes: { restrictions: compileRestrictions([{ kind: 'ip', allow: ['192.0.2.0/24'] }]) },
      ask: {},
      code: 'ip_not_allowed',
    },
    {
      name: 'from elsewhere',
      changes: { restrictions: compileRestrictions([{ kind: 'ip', allow: ['192.0.2.0/24'] }]) },
      ask: { client_ip: '198.51.100.1' },
      code: 'ip_not_allowed',
    },
  ])('$name: 200, $code, and whose it is', async ({ changes, ask: more, code }) => {
    const { secret, key } = plane.world.addKey(home, changes)
    const { status, body } = await ask({ key: secret, ...more })
    expect(status).toBe(200)
    expect(body).toMatchObject({ valid: false, code, key_id: key.id })
    expect(plane.world.records[0]).toMatchObject({ code, keyId: key.id })
  })

  test.each<{ readonly restriction: Restriction; readonly good: object; readonly bad: object; readonly code: string }>([
    {
      restriction: { kind: 'origin', allow: ['https://app.example.com'] },
      good: { origin: 'https://app.example.com' },
      bad: { origin: 'https://evil.example' },
      code: 'origin_not_allowed',
    },
    {
      restriction: { kind: 'origin', allow: ['https://app.example.com'] },
      good: { referer: 'https://app.example.com/page' },
      bad: {},
      code: 'origin_not_allowed',
    },
    {
      restriction: { kind: 'user_agent', allow: ['MyApp/*'] },
      good: { user_agent: 'myapp/2' },
      bad: {},
      code: 'user_agent_not_allowed',
    },
    {
      restriction: { kind: 'request', allow: [{ methods: ['GET'], path: '/orders/{id}' }] },
      good: { method: 'GET', path: '/orders/17?x=1' },
      bad: { method: 'GET', path: '/orders/17/../18' },
      code: 'request_not_allowed',
    },
    {
      restriction: { kind: 'client_certificate', thumbprints: ['ab'.repeat(32)] },
      good: { client_certificate: Buffer.from('ab'.repeat(32), 'hex').toString('base64url') },
      bad: {},
      code: 'certificate_not_allowed',
    },
    {
      restriction: { kind: 'api_version', allow: ['2026-01'] },
      good: { api_version: '2026-01' },
      bad: { api_version: '2025-01' },
      code: 'api_version_not_allowed',
    },
  ])(
    'by its restriction $restriction: judged on what is told of the call',
    async ({ restriction, good, bad, code }) => {
      const { secret } = plane.world.addKey(home, { restrictions: compileRestrictions([restriction]) })
      expect((await ask({ key: secret, request: good })).body).toMatchObject({ valid: true })
      expect((await ask({ key: secret, request: bad })).body).toMatchObject({ valid: false, code })
      // the fields of the question are the asker's
      expect((await ask({ key: secret })).body).toMatchObject({ valid: false, code })
    },
  )

  test('by the country of the client, as the file knows it', async () => {
    plane.world.countries.set('192.0.2.1', 'DE')
    const { secret } = plane.world.addKey(home, {
      restrictions: compileRestrictions([{ kind: 'country', allow: ['DE'] }]),
    })
    expect((await ask({ key: secret, client_ip: '192.0.2.1' })).body).toMatchObject({ valid: true })
    expect((await ask({ key: secret, client_ip: '192.0.2.2' })).body).toMatchObject({ code: 'country_not_allowed' })
  })

  test('only in shadow mode: let through, told, and journaled, beside a refusal too', async () => {
    const { secret } = plane.world.addKey(home, {
      limits: [limitOf('requests', 1, 60_000)],
      restrictions: compileRestrictions([
        { kind: 'ip', mode: 'shadow', allow: ['192.0.2.0/24'] },
        { kind: 'api_version', mode: 'shadow', allow: ['1'] },
      ]),
    })
    const shadow = [
      { code: 'ip_not_allowed', rule: 'key.restrictions/0.ip' },
      { code: 'api_version_not_allowed', rule: 'key.restrictions/1.api_version' },
    ]
    const question = { key: secret, client_ip: '198.51.100.1' }
    expect((await ask({ ...question, scopes: ['x'] })).body).toMatchObject({ code: 'scope_missing', shadow })
    expect((await ask(question)).body).toMatchObject({ valid: true, code: 'valid', shadow })
    expect((await ask(question)).body).toMatchObject({ valid: false, code: 'limit_reached', shadow })
    expect(plane.world.records.map((record) => record.shadow)).toEqual([shadow, shadow, shadow])
  })

  test('for want of scopes: told which', async () => {
    const { body } = await ask({ key: made.secret, scopes: ['read', 'admin', 'root'] })
    expect(body).toMatchObject({ valid: false, code: 'scope_missing', missing_scopes: ['admin', 'root'] })
  })

  test('by a revocation in the feed that the snapshot has not seen', async () => {
    plane.world.revoked.add(made.version.publicId)
    expect((await ask({ key: made.secret })).body).toMatchObject({ valid: false, code: 'key_revoked' })
  })

  test('by a disabled app, told as such, though the feed hurries its news like a revocation', async () => {
    const app = { current: { ...made.key.app.current, disabledAtMs: 1 } }
    const { key, secret } = plane.world.addKey(apiOf('wsp_home'), { app })
    plane.world.revoked.add(key.id)
    expect((await ask({ key: secret })).body).toMatchObject({ valid: false, code: 'app_disabled' })
  })

  test('again and again from one client: its keys are not looked at for a while, those of others are', async () => {
    for (let count = 0; count < 20; count += 1) await ask({ key: 'x', client_ip: '192.0.2.66' })
    const { reads } = plane.world
    expect((await ask({ key: made.secret, client_ip: '192.0.2.66' })).body).toMatchObject({
      valid: false,
      code: 'probing',
    })
    expect(plane.world.reads).toBe(reads)
    expect((await ask({ key: made.secret, client_ip: '192.0.2.67' })).body).toMatchObject({ valid: true })
    expect((await ask({ key: made.secret })).body).toMatchObject({ valid: true })
  })
})

describe('a key that many fail at', () => {
  test('is told to wait when it is wrong, from whatever address, and is valid when it is right', async () => {
    plane.world.weather.isKeyProbed = true
    for (const question of [{ key: 'x' }, { key: 'x', client_ip: '192.0.2.66' }]) {
      const { status, body } = await ask(question)
      expect(status).toBe(200)
      expect(body).toMatchObject({ valid: false, code: 'probing', retry_after_ms: 5_000 })
    }
    expect((await ask({ key: made.secret })).body['valid']).toBe(true)
    expect((await ask({ key: made.secret }, 'nobody')).status).toBe(429)
  })
})

describe('who may ask', () => {
  test('nobody without a credential: 401', async () => {
    const { status, headers, body } = await ask({ key: made.secret }, null)
    expect([status, body['code'], headers.get('www-authenticate')]).toEqual([
      401,
      'credential_missing',
      'Bearer realm="claviger"',
    ])
  })

  test('nobody with a wrong one: 401, and it counts as a probe', async () => {
    const { status, body } = await ask({ key: made.secret }, 'nobody')
    expect([status, body['code']]).toEqual([401, 'credential_invalid'])
    expect(plane.world.failures).toHaveLength(1)
    for (let count = 0; count < 19; count += 1) await ask({ key: made.secret }, 'nobody')
    expect((await ask({ key: made.secret })).status).toBe(429)
  })

  test('one with the permission for an api asks for that api only', async () => {
    expect((await ask({ key: made.secret, api_id: 'api_wsp_home' }, 'one-api')).body['valid']).toBe(true)
    for (const question of [{ key: made.secret }, { key: made.secret, api_id: 'api_other' }]) {
      const { status, body } = await ask(question, 'one-api')
      expect([status, body['code']]).toEqual([403, 'permission_missing'])
    }
  })
})

describe('a question that is none', () => {
  test.each([
    ['no JSON', '{"key":', 'bad_json'],
    ['a list', '[]', 'bad_json'],
    ['null', 'null', 'bad_json'],
    ['nothing', '', 'bad_json'],
  ])('%s: 400', async (_name, text, code) => {
    const { status, body } = await ask(text)
    expect([status, body['code']]).toEqual([400, code])
  })

  test('bytes that are not UTF-8: 400', async () => {
    const body = Buffer.concat([Buffer.from('{"key":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')])
    const answer = await fetch(plane.origin + VERIFY_PATH, {
      method: 'POST',
      headers: { authorization: 'Bearer admin' },
      body,
    })
    expect(answer.status).toBe(400)
  })

  test.each([
    [{}, '/key'],
    [{ key: 1 }, '/key'],
    [{ key: '' }, '/key'],
    [{ key: 'x', api_id: 1 }, '/api_id'],
    [{ key: 'x', scopes: 'read' }, '/scopes'],
    [{ key: 'x', scopes: [1] }, '/scopes'],
    [{ key: 'x', client_ip: '1.2.3' }, '/client_ip'],
    [{ key: 'x', cost: 0 }, '/cost'],
    [{ key: 'x', cost: 1.5 }, '/cost'],
    [{ key: 'x', cost: '1' }, '/cost'],
    [{ key: 'x', request: [] }, '/request'],
    [{ key: 'x', request: { method: 'get' } }, '/request/method'],
    [{ key: 'x', request: { 'a/b': 1 } }, '/request/a~1b'],
    [{ key: 'x', request: { origin: 1 } }, '/request/origin'],
    [{ key: 'x', request: { user_agent: 'x'.repeat(2_049) } }, '/request/user_agent'],
    [{ key: 'x', request: { userAgent: 'x' } }, '/request/userAgent'],
    [{ key: 'x', request: { constructor: 'x' } }, '/request/constructor'],
    [{ key: 'x', request: { client_certificate: 'x' } }, '/request/client_certificate'],
    [{ key: 'x', more: 1 }, '/more'],
    ['{"key":"x","__proto__":{"cost":5}}', '/__proto__'],
    ['{"key":"x","constructor":{}}', '/constructor'],
  ])('%j: 400 with the pointer %s', async (question, pointer) => {
    const { status, body } = await ask(question)
    expect([status, body['code']]).toEqual([400, 'validation_failed'])
    expect(body['errors']).toEqual([{ pointer, detail: expect.any(String) }])
  })

  test.each([
    '{"key":"x","key":"x"}',
    '{"key":"x","scopes":["a"],"scopes":[]}',
    '{"key":"x","\\u006bey":"y"}',
    '{"key":"x","request":{"path":"/a","path":"/b"}}',
  ])('%s, a member twice: 400', async (question) => {
    const { status, body } = await ask(question)
    expect([status, body['code']]).toEqual([400, 'bad_json'])
  })

  test('colons in texts are no members', async () => {
    const { status } = await ask({ key: 'a:b', scopes: ['"x":"y"', '\\"c":'], request: { path: '/:":' } })
    expect(status).toBe(200)
  })

  test('the key in it is not told again', async () => {
    const { text } = await ask(`{"key":"${made.secret}",`)
    expect(text).not.toContain(made.secret)
  })

  test('one of 100 MB: 413 before it is read', async () => {
    const answer = await callRaw(plane.port, {
      bytes: `POST ${VERIFY_PATH} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer admin\r\nContent-Length: 104857600\r\n\r\n`,
    })
    expect(answer.status).toBe(413)
  })

  test('a query is not read, and a key in it is refused', async () => {
    const answer = await fetch(`${plane.origin}${VERIFY_PATH}?key=${made.secret}`, {
      method: 'POST',
      headers: { authorization: 'Bearer admin' },
      body: '{}',
    })
    expect(answer.status).toBe(400)
    expect(await answer.text()).toContain('query_credential')
  })

  test('by another method is left to other doors', async () => {
    expect((await fetch(plane.origin + VERIFY_PATH)).status).toBe(404)
  })
})

test('an api id that could not stand in the journal is refused', async () => {
  const { status, body } = await ask({ key: made.secret, api_id: 'a","x' })
  expect([status, body['errors']]).toEqual([400, [{ pointer: '/api_id', detail: 'Must be the id of an api.' }]])
  expect(plane.world.records).toEqual([])
})
