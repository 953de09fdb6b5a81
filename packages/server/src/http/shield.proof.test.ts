/** Failed credentials over HTTP, at all doors, over a real database. */
import { composeKey, parseKey } from '@claviger/core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openTestDoors, type TestDoors } from './testing/open-doors.ts'
import { makeOneOfEach } from './testing/samples.ts'

let it: TestDoors
let ids: ReadonlyMap<string, string>
let route: string
beforeAll(async () => {
  it = await openTestDoors()
  ids = await makeOneOfEach(it, it.owner)
  const made = await it.call('POST', '/api/v1/routes', {
    body: { name: 'shielded', api_id: ids.get('api'), required_scopes: ['read'], upstream_url: it.upstreamUrl },
  })
  expect([made.status, made.text]).toEqual([201, made.text])
  route = '/gw/shielded/x'
  await it.settled()
  await it.keys.loadFilter()
})
afterAll(async () => it.dispose())
beforeEach(() => {
  it.world.shield = 'real'
})

interface Made {
  readonly id: string
  readonly secret: string
}

async function makeKey(members: object = {}): Promise<Made> {
  const { body } = await it.call('POST', '/api/v1/keys', {
    body: { name: 'key', app_id: ids.get('app'), api_ids: [ids.get('api')], scopes: ['read'], ...members },
  })
  await it.settled()
  return body
}

let made = 0
/** Another secret each time, of the same id or of one that nobody has. */
function wrong(like: string, publicId?: string): string {
  const parsed = parseKey(like)
  if (parsed.kind !== 'key') throw new Error('no key')
  const { prefix, environment } = parsed
  const secret = new Uint8Array(32).fill((made += 1))
  return composeKey({ prefix, environment, publicId: publicId ?? parsed.publicId, secret })
}
const unknownId = (): string => `Nobody${String(made + 1).padStart(6, '0')}`

let lastAddress = 0
const newAddress = (): string => `198.18.${(lastAddress += 1) >> 8}.${lastAddress & 255}`

type Door = 'gw' | 'openai' | 'verifier' | 'control'
async function knock(door: Door, key: string, address = newAddress()): Promise<Response> {
  const headers = { authorization: `Bearer ${key}`, 'x-forwarded-for': address }
  switch (door) {
    case 'gw':
      return fetch(it.doorsUrl + route, { headers })
    case 'openai':
      return fetch(`${it.doorsUrl}/openai/v1/models`, { headers })
    case 'verifier':
      return fetch(`${it.doorsUrl}/api/v1/keys/verify`, { method: 'POST', headers, body: '{"key":"x"}' })
    case 'control':
      return fetch(`${it.url}/api/v1/me`, { headers })
  }
}

/** What an answer is made of, without what it says. */
async function shapeOf(response: Response): Promise<string> {
  const names = [...response.headers.keys()].toSorted()
  const text = await response.text()
  const body: Readonly<Record<string, unknown>> = JSON.parse(text)
  const inner = body['error']
  return JSON.stringify([names, Object.keys(body), inner instanceof Object ? Object.keys(inner) : undefined])
}

describe('wrong credentials', () => {
  test.each(['gw', 'openai', 'verifier', 'control'] as const)(
    'at %s ask the database nothing, and are answered byte for byte alike',
    async (door) => {
      it.world.shield = 'told'
      const { secret } = door === 'gw' || door === 'openai' ? await makeKey() : { secret: it.owner }
      // once, so that the key is known here
      await (await knock(door, secret)).text()
      const answers = new Set<string>()
      const before = it.asked()
      const presented = ['nonsense', `${secret.slice(0, -1)}${secret.endsWith('0') ? '1' : '0'}`, wrong(secret)]
      for (let count = 0; count < 20; count++) presented.push(wrong(secret, unknownId()))
      for (const key of presented) {
        const answer = await knock(door, key)
        const text = (await answer.text()).replace(/req_[0-9a-z]{26}/, '')
        const fields = [...answer.headers].filter(([name]) => name !== 'date' && name !== 'x-request-id')
        answers.add(JSON.stringify([answer.status, fields, text]))
        expect(answer.status).toBe(401)
      }
      expect(it.asked() - before).toBe(0)
      expect(answers.size).toBe(1)
    },
  )

  test('asked about at keys/verify ask the database nothing, and are answered alike', async () => {
    const { secret } = await makeKey()
    await it.verify({ key: secret })
    const answers = new Set<string>()
    const before = it.asked()
    for (const key of ['nonsense', wrong(secret), ...Array.from({ length: 20 }, () => wrong(secret, unknownId()))])
      answers.add(JSON.stringify({ ...(await it.verify({ key })), request_id: '' }))
    expect(it.asked() - before).toBe(0)
    expect([...answers]).toEqual([JSON.stringify({ valid: false, code: 'credential_invalid', request_id: '' })])
  })

  test('and right ones that may not be used any more have one shape at each door', async () => {
    const expiring = await makeKey({ expires_at: new Date(it.identity.clockMs + 60_000).toISOString() })
    const disabled = await makeKey()
    const revoked = await makeKey()
    expect((await it.call('PATCH', `/api/v1/keys/${disabled.id}`, { body: { disabled: true } })).status).toBe(200)
    expect((await it.call('POST', `/api/v1/keys/${revoked.id}/revoke`)).status).toBe(200)
    await it.settled()
    it.identity.clockMs += 61_000
    for (const door of ['gw', 'openai'] as const) {
      const shapes = new Set<string>()
      const codes: string[] = []
      for (const key of [
        wrong(expiring.secret, unknownId()),
        wrong(revoked.secret),
        expiring.secret,
        disabled.secret,
        revoked.secret,
      ]) {
        const answer = await knock(door, key)
        codes.push(String(answer.status))
        shapes.add(await shapeOf(answer))
      }
      expect(codes).toEqual(['401', '401', '401', '403', '401'])
      expect([...shapes]).toHaveLength(1)
    }
  })
})

/** Fails from another address each time. @returns how often it was told what is wrong */
async function failUntilBlocked(door: Door, present: () => string): Promise<number> {
  let count = 0
  while (count < 150 && (await knock(door, present())).status === 401) count++
  expect(count).toBeLessThan(150)
  return count
}

describe('a key that many fail at', () => {
  test('is told to wait when it is wrong, and is never refused when it is right', async () => {
    const { secret } = await makeKey()
    expect(await failUntilBlocked('gw', () => wrong(secret))).toBeGreaterThanOrEqual(60)
    for (const door of ['gw', 'openai'] as const) {
      const refused = await knock(door, wrong(secret))
      expect(refused.status).toBe(429)
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
      const right = await knock(door, secret)
      expect(right.status).toBe(200)
    }
    expect(await it.verify({ key: wrong(secret) })).toMatchObject({ valid: false, code: 'probing' })
    expect(await it.verify({ key: secret })).toMatchObject({ valid: true })
    expect(it.counters.shield.blocks().map(({ scope }) => scope)).toEqual(['key'])
  })

  test('looks the same whether there is such a key or not', async () => {
    const known = await makeKey()
    const publicId = unknownId()
    const answers: string[][] = []
    for (const present of [() => wrong(known.secret), () => wrong(known.secret, publicId)]) {
      const first = await knock('gw', present())
      await failUntilBlocked('gw', present)
      const last = await knock('gw', present())
      answers.push([`${first.status} ${await shapeOf(first)}`, `${last.status} ${await shapeOf(last)}`])
    }
    expect(answers[0]).toEqual(answers[1])
    expect(answers[0]?.map((answer) => answer.slice(0, 3))).toEqual(['401', '429'])
  })

  test('is an admin key just as well: its holder gets in while others are told to wait', async () => {
    for (let count = 0; count < 59; count++) {
      it.counters.recordFailure({ clientIp: undefined, presented: wrong(it.owner), reason: 'wrong_secret' })
    }
    // here all have one address: the last failures count for more
    await failUntilBlocked('control', () => wrong(it.owner))
    expect((await knock('control', it.owner)).status).toBe(200)
    expect((await knock('verifier', wrong(it.owner))).status).toBe(429)
    expect((await knock('verifier', it.owner)).status).toBe(200)
  })
})

describe('an address that keeps failing', () => {
  async function provoke(door: Door, addressOf: (count: number) => string): Promise<number> {
    let count = 0
    while (count < 150 && (await knock(door, 'nonsense', addressOf(count))).status === 401) count++
    return count
  }

  test('is one /56 of IPv6, as a trusted proxy tells it, and is shut out with whatever it has', async () => {
    const { secret } = await makeKey()
    const count = await provoke('gw', (count) => `2001:db8:7:1100::${count + 1}`)
    expect(count).toBeGreaterThanOrEqual(60)
    expect(count).toBeLessThan(150)
    const before = it.asked()
    const refused = await knock('gw', secret, '2001:db8:7:11ff::9')
    expect(refused.status).toBe(429)
    expect(await refused.json()).toMatchObject({ code: 'probing' })
    expect(it.asked() - before).toBe(0)
    expect((await knock('gw', secret, '2001:db8:7:1200::9')).status).toBe(200)
  })

  test('is the one that keys/verify is told', async () => {
    const { secret } = await makeKey()
    const client_ip = '203.0.113.200'
    let code = 'credential_invalid'
    for (let count = 0; count < 150 && code === 'credential_invalid'; count++)
      ({ code } = await it.verify({ key: 'nonsense', client_ip }))
    expect(code).toBe('probing')
    expect(await it.verify({ key: secret, client_ip })).toMatchObject({ valid: false, code: 'probing' })
    expect(await it.verify({ key: secret, client_ip: '203.0.113.201' })).toMatchObject({ valid: true })
  })

  test('cannot hide behind X-Forwarded-For where no proxy is trusted', async () => {
    const count = await provoke('control', () => newAddress())
    expect(count).toBeLessThan(150)
    const answer = await knock('control', it.owner)
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '1'])
  })
})
