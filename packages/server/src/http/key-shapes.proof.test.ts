/**
 * What a caller learns of a key that is refused: nothing, unless it holds the secret; and then the code, in the same shape.
 * At every door of the data plane, for keys of ours and for those that came in as hashes. What is unknown asks the
 * database nothing.
 */
import { composeKey, parseKey } from '@claviger/core'
import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openTestDoors, type TestDoors } from './testing/open-doors.ts'
import { makeOneOfEach } from './testing/samples.ts'

const HOUR_MS = 3_600_000
/** With the right secret. */
const REFUSED = ['expired', 'disabled', 'revoked', 'deleted', 'early', 'asleep'] as const
const REFUSED_IMPORTS = ['import expired', 'import disabled', 'import revoked'] as const
const DOORS = ['gw', 'openai models', 'openai chat'] as const

let it: TestDoors
let ids: ReadonlyMap<string, string>
/** Right secrets by name, and wrong ones. */
const known = new Map<string, string>()
const wrong = new Map<string, string>()

beforeAll(async () => {
  it = await openTestDoors()
  ids = await makeOneOfEach(it, it.owner)
  const target = { api_id: ids.get('api'), required_scopes: ['read'] }
  await made('/routes', { name: 'shapes', upstream_url: it.upstreamUrl, ...target })
  await made('/models', { name: 'shapes', deployments: [{ base_url: it.upstreamUrl, model: 'm' }], ...target })
  const soon = new Date(it.identity.clockMs + 60_000).toISOString()
  const later = new Date(it.identity.clockMs + 5 * HOUR_MS).toISOString()
  await addKey('good')
  await addKey('expired', { expires_at: soon })
  await addKey('early', { not_before: later })
  for (const name of ['disabled', 'revoked', 'deleted', 'asleep']) await end(name, await addKey(name))
  await addImport('import good')
  await addImport('import expired', { expires_at: soon })
  for (const name of ['import disabled', 'import revoked'])
    await end(name.replace('import ', ''), await addImport(name))
  it.identity.clockMs += 61_000
  await it.settled()
  await it.keys.loadFilter()

  const good = known.get('good') ?? ''
  wrong.set('no key at all', 'nonsense')
  wrong.set('mistyped', `${good.slice(0, -1)}${good.endsWith('0') ? '1' : '0'}`)
  wrong.set('of an id that nobody has', withSecret(good, 'NobodysKey00'))
  wrong.set('of an import that nobody made', 'a secret that was never imported')
  for (const name of ['good', ...REFUSED])
    wrong.set(`the id of the key that is ${name}`, withSecret(known.get(name) ?? ''))
  // every key is looked at, so that it is known here; an import twice, for it is another one after its first use
  for (const secret of [...known.values(), ...wrong.values()]) await it.verify({ key: secret })
  await quiet()
  for (const secret of known.values()) await it.verify({ key: secret })
  await quiet()
})
afterAll(async () => it.dispose())

/** An import that is used for the first time is upgraded a moment later. */
async function quiet(): Promise<void> {
  let before = -1
  while (before !== it.asked()) {
    before = it.asked()
    await sleep(1_500)
  }
}

async function made(
  path: string,
  body: object,
  status = 201,
): Promise<{ readonly id: string; readonly secret: string }> {
  const got = await it.call('POST', `/api/v1${path}`, { body })
  expect([got.status, got.text]).toEqual([status, got.text])
  return got.body
}

async function addKey(name: string, members: object = {}): Promise<string> {
  const body = { name, app_id: ids.get('app'), api_ids: [ids.get('api')], scopes: ['read'], ...members }
  const { id, secret } = await made('/keys', body)
  known.set(name, secret)
  return id
}

async function addImport(name: string, members: object = {}): Promise<string> {
  const secret = `a secret of another system, ${name}`
  const hash = createHash('sha256').update(secret).digest('hex')
  const got = await it.call('POST', '/api/v1/keys/import', {
    body: {
      app_id: ids.get('app'),
      api_ids: [ids.get('api')],
      algorithm: 'sha256',
      encoding: 'hex',
      keys: [{ hash, name, scopes: ['read'], ...members }],
    },
  })
  expect(got.body.results, got.text).toMatchObject([{ outcome: 'created' }])
  known.set(name, secret)
  return got.body.results[0].key_id
}

async function end(how: string, id: string): Promise<void> {
  const path = `/api/v1/keys/${id}`
  if (how === 'disabled') await it.call('PATCH', path, { body: { disabled: true } })
  else if (how === 'revoked') await it.call('POST', `${path}/revoke`, { body: {} })
  else if (how === 'deleted') await it.call('DELETE', path)
  else await it.identity.store.raw('update keys_key set dormant_at = clock_timestamp() where id = $1', [id])
}

function withSecret(like: string, publicId?: string): string {
  const parsed = parseKey(like)
  if (parsed.kind !== 'key') throw new Error('no key')
  const { prefix, environment } = parsed
  return composeKey({ prefix, environment, publicId: publicId ?? parsed.publicId, secret: new Uint8Array(32).fill(7) })
}

let unseen = 0
/** Others each time: nothing is remembered of them. */
function neverSeen(): ReadonlyMap<string, string> {
  unseen += 1
  return new Map([
    ['a new id', withSecret(known.get('good') ?? '', `Nobody${String(unseen).padStart(6, '0')}`)],
    ['a new text', `a secret that was never imported, ${unseen}`],
  ])
}

let addresses = 0
async function knock(door: (typeof DOORS)[number], key: string): Promise<Response> {
  addresses += 1
  const headers = { authorization: `Bearer ${key}`, 'x-forwarded-for': `198.18.${addresses >> 8}.${addresses & 255}` }
  if (door === 'gw') return fetch(`${it.doorsUrl}/gw/shapes/x`, { headers })
  if (door === 'openai models') return fetch(`${it.doorsUrl}/openai/v1/models`, { headers })
  return fetch(`${it.doorsUrl}/openai/v1/chat/completions`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: '{"model":"shapes","messages":[]}',
  })
}

/** Names only: of header fields, and of the members of the body and of its error. */
async function shapeOf(answer: Response): Promise<string> {
  const body: Readonly<Record<string, unknown>> = JSON.parse(await answer.text())
  const inner = body['error']
  const members = inner instanceof Object ? Object.keys(inner) : undefined
  return JSON.stringify([
    Math.floor(answer.status / 100),
    [...answer.headers.keys()].toSorted(),
    Object.keys(body),
    members,
  ])
}

async function bytesOf(answer: Response): Promise<string> {
  const text = (await answer.text()).replace(/req_[0-9a-z]{26}/, '')
  const fields = [...answer.headers].filter(([name]) => name !== 'date' && name !== 'x-request-id')
  return JSON.stringify([answer.status, fields, text])
}

describe.each(DOORS)('at %s', (door) => {
  test('who has not the secret gets the same bytes, whatever became of the key, and no database is asked', async () => {
    const before = it.asked()
    const answers = new Map<string, string[]>()
    for (const [name, secret] of [...wrong, ...neverSeen()]) {
      const bytes = await bytesOf(await knock(door, secret))
      answers.set(bytes, [...(answers.get(bytes) ?? []), name])
    }
    expect([...answers.values()]).toEqual([[...wrong.keys(), 'a new id', 'a new text']])
    expect([...answers.keys()][0]).toContain('401')
    expect(it.asked() - before).toBe(0)
  })

  test('who has it gets the same shape, of ours and of imports, and no database is asked for it', async () => {
    const before = it.asked()
    const shapes = new Map<string, string[]>()
    const codes = new Map<string, number>()
    for (const name of ['of an id that nobody has', ...REFUSED, ...REFUSED_IMPORTS]) {
      const answer = await knock(door, known.get(name) ?? wrong.get(name) ?? '')
      codes.set(name, answer.status)
      const shape = await shapeOf(answer)
      shapes.set(shape, [...(shapes.get(shape) ?? []), name])
    }
    expect([...shapes.keys()], JSON.stringify([...shapes.values()])).toHaveLength(1)
    expect(Object.fromEntries(codes)).toEqual({
      'of an id that nobody has': 401,
      expired: 401,
      disabled: 403,
      revoked: 401,
      deleted: 401,
      early: 401,
      asleep: 403,
      'import expired': 401,
      'import disabled': 403,
      'import revoked': 401,
    })
    expect(it.asked() - before).toBe(0)
  })

  test('a good key gets in', async () => {
    for (const name of ['good', 'import good']) {
      const answer = await knock(door, known.get(name) ?? '')
      await answer.arrayBuffer()
      expect(answer.status).toBe(200)
    }
  })
})

describe('at keys/verify', () => {
  interface Verdict {
    readonly status: number
    readonly fields: readonly string[]
    readonly body: Readonly<Record<string, unknown>>
  }
  async function ask(path: string, body: object): Promise<Verdict> {
    const answer = await fetch(`${it.doorsUrl}/api/v1${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${it.owner}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    const text = await answer.text()
    return { status: answer.status, fields: [...answer.headers.keys()].toSorted(), body: JSON.parse(text) }
  }
  const shape = ({ status, fields, body }: Verdict): string => JSON.stringify([status, fields, Object.keys(body)])

  test('what is not known is one answer, the same for every reason, and no database is asked', async () => {
    const before = it.asked()
    const answers = new Set<string>()
    for (const key of [...wrong.values(), ...neverSeen().values()]) {
      const { status, fields, body } = await ask('/keys/verify', { key })
      answers.add(JSON.stringify([status, fields, { ...body, request_id: '' }]))
    }
    expect(answers.size).toBe(1)
    expect([...answers][0]).toContain('{"valid":false,"code":"credential_invalid","request_id":""}')
    expect(it.asked() - before).toBe(0)
  })

  test('what is known has one shape, good or not; and status and fields are those of the unknown', async () => {
    const before = it.asked()
    const told = new Map<string, Verdict>()
    for (const name of ['good', ...REFUSED, 'import good', ...REFUSED_IMPORTS])
      told.set(name, await ask('/keys/verify', { key: known.get(name) }))
    expect(new Set([...told.values()].map(shape))).toHaveLength(1)
    expect([...told].map(([name, { body }]) => `${name}: ${String(body['code'])}`)).toEqual([
      'good: valid',
      'expired: key_expired',
      'disabled: key_disabled',
      'revoked: key_revoked',
      'deleted: key_deleted',
      'early: key_not_yet_valid',
      'asleep: key_dormant',
      'import good: valid',
      'import expired: key_expired',
      'import disabled: key_disabled',
      'import revoked: key_revoked',
    ])
    const unknown = await ask('/keys/verify', { key: wrong.get('of an id that nobody has') })
    const good = told.get('good')
    expect([unknown.status, unknown.fields]).toEqual([good?.status, good?.fields])
    expect(it.asked() - before).toBe(0)
  })
})
