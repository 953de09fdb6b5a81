/** What embedded verifiers ask for: the parts of a key, the changes, and somebody who takes down what they have decided. */
import {
  compileRestrictions,
  compileScopes,
  decide,
  makeId,
  partsFromWire,
  shortHash,
  type PartBook,
  type WireParts,
} from '@claviger/core'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { apiOf } from '../testing/made-parts.ts'
import { until } from '../testing/plane.ts'
import { VERIFY_PATH, endVerifyPlane, home, startVerifyPlane, type VerifyPlane } from '../testing/verify-plane.ts'

const CHANGES_PATH = '/api/v1/keys/changes'
let it: VerifyPlane

beforeEach(async () => {
  it = await startVerifyPlane()
})
afterEach(async () => endVerifyPlane(it))

async function post(form: string, body: unknown, credential = 'admin') {
  const answer = await fetch(`${it.plane.origin}${VERIFY_PATH}/${form}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${credential}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  const text = await answer.text()
  return { status: answer.status, text, body: JSON.parse(text) }
}

describe('open', () => {
  test('answers what decides alike elsewhere, and nothing that a secret could be guessed from', async () => {
    const { secret, key, version } = it.plane.world.addKey(home, {
      scopes: compileScopes(['read', 'orders.*']),
      restrictions: compileRestrictions([{ kind: 'api_version', allow: ['2'] }]),
    })
    const { status, body, text } = await post('open', { key: secret, api_id: home.current.id })
    expect(status).toBe(200)
    expect(body).toMatchObject({ valid: null, log_id: 'log', position: 1 })
    for (const hidden of [version.publicId, Buffer.from(version.digest).toString('hex'), secret]) {
      expect(text.replaceAll(key.id, '')).not.toContain(hidden)
    }
    const book: PartBook = { workspaces: new Map(), apps: new Map(), apis: new Map(), roles: new Map() }
    // the server's own answer
    const there = partsFromWire(body as WireParts, book)
    const ask = { nowMs: Date.now(), clientIp: undefined, apiId: home.current.id }
    for (const facts of [
      { ...ask, scopes: ['read'], apiVersion: '2' },
      { ...ask, scopes: ['read'], apiVersion: '1' },
      { ...ask, scopes: ['write'], apiVersion: '2' },
    ])
      expect(decide(there.key, there.version, facts)).toEqual(decide(key, version, facts))
    expect(it.plane.world.records).toEqual([])
  })

  test('says of a key that the feed has revoked that it is revoked', async () => {
    it.plane.world.revoked.add(it.made.key.id)
    const { body } = await post('open', { key: it.made.secret })
    expect(body.key.version.revoked_at_ms).toBeGreaterThan(0)
  })

  test('knows nothing of keys that are not there, or elsewhere, and counts who tries', async () => {
    const stranger = it.plane.world.addKey(apiOf('wsp_away'))
    for (const key of ['x', stranger.secret]) {
      const { status, body } = await post('open', { key, client_ip: '192.0.2.1' })
      expect(status).toBe(200)
      expect(body).toEqual({ valid: false, code: 'credential_invalid', request_id: expect.any(String) })
    }
    expect(it.plane.world.failures.map(({ reason }) => reason)).toEqual(['malformed', 'unknown_id'])
    expect(it.plane.world.probes).toHaveLength(2)
  })

  test('shows who may verify for one api that api only', async () => {
    const other = apiOf('wsp_home', { id: 'api_other' })
    const { secret } = it.plane.world.addKey(home, { apis: [home, other] })
    const { body } = await post('open', { key: secret, api_id: home.current.id }, 'one-api')
    expect(body.apis.map(({ id }: { readonly id: string }) => id)).toEqual([home.current.id])
    expect((await post('open', { key: secret }, 'one-api')).status).toBe(403)
    expect((await post('open', { key: secret, api_id: 'api_other' }, 'one-api')).status).toBe(403)
  })

  test('takes no more than it needs', async () => {
    const { status, body } = await post('open', { key: 'x', cost: 1, scopes: ['read'] })
    expect(status).toBe(400)
    expect(body.errors.map(({ pointer }: { readonly pointer: string }) => pointer)).toEqual(['/cost', '/scopes'])
  })

  test('is refused while it cannot be known', async () => {
    it.plane.world.weather.feedAgeMs = 120_000
    expect((await post('open', { key: it.made.secret })).body).toMatchObject({ code: 'feed_lost' })
    it.plane.world.weather.feedAgeMs = 0
    it.plane.world.weather.isStoreGone = true
    expect((await post('open', { key: it.made.secret })).body).toMatchObject({ code: 'unavailable' })
  })
})

describe('report', () => {
  const keyId = makeId('key', 1_795_000_000_000, new Uint8Array(10))
  const line = { key_id: keyId, version: 1, code: 'valid', rule: 'all', count: 7, at_ms: 1 }

  test('is journaled and counted, under the app that the key has', async () => {
    it.plane.world.addKey(home, { id: keyId })
    const decisions = [line, { ...line, code: 'scope_missing', rule: 'key.scopes', count: 2, at_ms: Date.now() }]
    const { status, body } = await post('report', { batch_id: 'b1', decisions })
    expect([status, body.accepted, body.unknown]).toEqual([200, 2, 0])
    expect(it.plane.world.records).toMatchObject([
      { door: 'sdk', keyId, appId: 'app_wsp_home', workspaceId: 'wsp_home', code: 'valid', askedBy: 'adm_1' },
      { code: 'scope_missing', rule: 'key.scopes', usage: { requests: 2 } },
    ])
    expect(it.plane.world.records[0]?.usage).toMatchObject({ requests: 7 })
    // nobody writes into a past that was summed up long ago
    expect(it.plane.world.records[0]?.atMs).toBeGreaterThan(Date.now() - 25 * 3_600_000)
    expect(it.plane.world.settled).toHaveLength(2)
  })

  test('that comes twice counts once', async () => {
    it.plane.world.addKey(home, { id: keyId })
    const batch = {
      batch_id: 'b1',
      decisions: [line],
      refused: [{ client_ip: '192.0.2.1', reason: 'probing', count: 3 }],
    }
    const both = await Promise.all([post('report', batch), post('report', batch)])
    expect(both.map(({ body }) => body.accepted)).toEqual([1, 1])
    await post('report', batch)
    expect(it.plane.world.records).toHaveLength(1)
    expect(it.plane.world.probes).toHaveLength(3)
    await post('report', { ...batch, batch_id: 'b2' })
    expect(it.plane.world.records).toHaveLength(2)
  })

  test('about keys of others is not believed', async () => {
    it.plane.world.addKey(apiOf('wsp_away'), { id: keyId })
    const { body } = await post('report', { batch_id: 'b1', decisions: [line] })
    expect([body.accepted, body.unknown]).toEqual([0, 1])
    expect(it.plane.world.records).toEqual([])
  })

  test.each<{ readonly change: object; readonly pointer: string }>([
    { change: { key_id: 'x' }, pointer: '/decisions/0/key_id' },
    { change: { version: 0 }, pointer: '/decisions/0/version' },
    { change: { code: 'limit_reached' }, pointer: '/decisions/0/code' },
    { change: { rule: 'a"b' }, pointer: '/decisions/0/rule' },
    { change: { count: 1.5 }, pointer: '/decisions/0/count' },
    { change: { at_ms: -1 }, pointer: '/decisions/0/at_ms' },
    { change: { 'a/b': 1 }, pointer: '/decisions/0/a~1b' },
    { change: { api_id: 'a"b' }, pointer: '/decisions/0/api_id' },
  ])('with $change is refused at $pointer', async ({ change, pointer }) => {
    const { status, body } = await post('report', { batch_id: 'b1', decisions: [{ ...line, ...change }] })
    expect(status).toBe(400)
    expect(body.errors.map((each: { readonly pointer: string }) => each.pointer)).toEqual([pointer])
  })

  test('waits where the journal is full, and is taken afterwards', async () => {
    it.plane.world.addKey(home, { id: keyId })
    it.plane.world.weather.isJournalFull = true
    expect((await post('report', { batch_id: 'b1', decisions: [line] })).body).toMatchObject({ code: 'journal_full' })
    it.plane.world.weather.isJournalFull = false
    expect((await post('report', { batch_id: 'b1', decisions: [line] })).body.accepted).toBe(1)
  })

  test('of who may verify for one api holds nothing about others', async () => {
    expect((await post('report', { batch_id: 'b1', decisions: [line] }, 'one-api')).status).toBe(403)
  })
})

interface Told {
  readonly event: string
  readonly id: string
  readonly facts: { readonly names?: readonly string[]; readonly position: number; readonly feed_age_ms: number }
}

/** Follows the stream; what it is told is in `told`. */
async function follow(headers: Record<string, string> = {}, credential = 'admin') {
  const ended = new AbortController()
  const answer = await fetch(it.plane.origin + CHANGES_PATH, {
    headers: { authorization: `Bearer ${credential}`, ...headers },
    signal: ended.signal,
  })
  const told: Told[] = []
  const state = { isOver: false }
  const read = async (): Promise<void> => {
    let text = ''
    const decoder = new TextDecoder()
    for await (const chunk of answer.body ?? []) {
      text += decoder.decode(chunk, { stream: true })
      const blocks = text.split('\n\n')
      text = blocks.pop() ?? ''
      for (const block of blocks) {
        const fields = new Map(
          block.split('\n').map((row) => [row.slice(0, row.indexOf(':')), row.slice(row.indexOf(':') + 2)]),
        )
        const event = fields.get('event')
        if (event !== undefined)
          told.push({ event, id: fields.get('id') ?? '', facts: JSON.parse(fields.get('data') ?? '') })
      }
    }
  }
  const reading = read()
    .catch(() => undefined)
    .finally(() => (state.isOver = true))
  return {
    answer,
    told,
    state,
    close: async () => {
      ended.abort()
      await reading
    },
  }
}

const namesTold = (told: readonly Told[]) => told.filter(({ facts }) => (facts.names?.length ?? 0) > 0)
const nameOf = (id: string): string => Buffer.from(shortHash(id)).toString('base64url')
const changeOf = (id: string, workspaceId = 'wsp_home') => ({ workspaceId, apiId: undefined, names: [id] })

describe('changes', () => {
  test('are told as names of what has changed, of the own workspace only', async () => {
    const it1 = await follow()
    expect(it1.answer.headers.get('content-type')).toBe('text/event-stream')
    await until(() => it1.told.length > 0)
    expect(it1.told[0]).toMatchObject({ event: 'hello', id: 'log.1' })
    it.plane.world.changes.tell(changeOf('key_1'), changeOf('key_9', 'wsp_away'), changeOf('key_2'))
    it.plane.world.changes.tell(changeOf('key_8', 'wsp_away'))
    await until(() => namesTold(it1.told).length > 0)
    expect(namesTold(it1.told)).toMatchObject([
      { id: 'log.4', facts: { names: [nameOf('key_1'), nameOf('key_2')], position: 4 } },
    ])
    await it1.close()
    await until(() => it.plane.world.changes.followers === 0)
  })

  test('of apis are told to those who may verify for them', async () => {
    const it1 = await follow({}, 'one-api')
    await until(() => it1.told.length > 0)
    const apis = ['api_other', 'api_wsp_home'].map((id) => ({ workspaceId: 'wsp_home', apiId: id, names: [id] }))
    it.plane.world.changes.tell(...apis)
    await until(() => namesTold(it1.told).length > 0)
    expect(namesTold(it1.told)[0]?.facts.names).toEqual([nameOf('api_wsp_home')])
    await it1.close()
  })

  test('that were missed are told to who comes again', async () => {
    it.plane.world.changes.tell(changeOf('key_1'), changeOf('key_2'))
    const it1 = await follow({ 'last-event-id': 'log.2' })
    await until(() => it1.told.length > 1)
    expect(it1.told).toMatchObject([
      { event: 'hello', id: 'log.2' },
      { event: 'changes', facts: { names: [nameOf('key_2')] } },
    ])
    await it1.close()
  })

  test.each(['other.1', 'log.99', 'log.x', 'nonsense', ''])(
    'to who was at "%s" begin with the word that nothing is to be kept',
    async (id) => {
      const it1 = await follow({ 'last-event-id': id })
      await until(() => it1.told.length > 0)
      expect(it1.told[0]?.event).toBe('resync')
      await it1.close()
    },
  )

  test('beat, and tell how old they are', async () => {
    const it1 = await follow()
    it.plane.world.weather.feedAgeMs = 1_234.4
    await until(() => it1.told.some(({ event }) => event === 'beat'))
    expect(it1.told.find(({ event }) => event === 'beat')?.facts.feed_age_ms).toBe(1_234)
    it.plane.world.changes.startAfresh()
    await until(() => it1.told.some(({ event }) => event === 'resync'))
    await it1.close()
  })

  test('end when the credential does', async () => {
    const it1 = await follow()
    await until(() => it1.told.length > 0)
    it.plane.world.verifiers.delete('admin')
    await until(() => it1.state.isOver)
    await it1.close()
  })

  test('end when the server does, and hold nothing up', async () => {
    const it1 = await follow()
    await until(() => it1.told.length > 0)
    await it.plane.gateway.drain(5_000)
    await until(() => it1.state.isOver)
    await it1.close()
  })

  test('are for who may verify', async () => {
    const nobody = await fetch(it.plane.origin + CHANGES_PATH)
    expect(nobody.status).toBe(401)
    it.plane.world.verifiers.set('none', {
      id: 'adm_3',
      workspaceId: 'wsp_home',
      mayVerify: () => false,
      mayVerifySome: false,
    })
    const none = await fetch(it.plane.origin + CHANGES_PATH, { headers: { authorization: 'Bearer none' } })
    expect([none.status, await none.json()]).toMatchObject([403, { code: 'permission_missing' }])
  })
})
