/** The embedded verifier against the doors of the data plane, over real sockets. */
import {
  createVerifier,
  type Question,
  type Verdict,
  type Verifier,
  type VerifierOptions,
} from '@claviger/sdk/verifier'
import { compileRestrictions, compileScopes, makeId, type PartRef, type ApiPart } from '@claviger/core'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { apiOf, limitOf } from '../../packages/gateway/src/testing/made-parts.ts'
import { type MadeKey } from '../../packages/gateway/src/testing/memory-ports.ts'
import { until } from '../../packages/gateway/src/testing/plane.ts'
import {
  endVerifyPlane,
  home,
  startVerifyPlane,
  type VerifyPlane,
} from '../../packages/gateway/src/testing/verify-plane.ts'

let it: VerifyPlane
let verifiers: Verifier[]
let errors: unknown[]
let asked: string[]
let offsetMs: number

beforeEach(async () => {
  it = await startVerifyPlane()
  verifiers = []
  errors = []
  asked = []
  offsetMs = 0
})
afterEach(async () => {
  for (const verifier of verifiers) await verifier.close()
  await endVerifyPlane(it)
})

async function start(options: Partial<VerifierOptions> = {}): Promise<Verifier> {
  const verifier = createVerifier({
    url: it.plane.origin,
    credential: 'admin',
    reportMs: 3_600_000,
    onError: (cause) => errors.push(cause),
    fetch: async (input, init) => {
      asked.push(String(input).slice(it.plane.origin.length))
      return fetch(input, init)
    },
    clock: { nowMs: () => Date.now() + offsetMs, monotonicMs: () => performance.now() + offsetMs },
    ...options,
  })
  verifiers.push(verifier)
  await verifier.ready()
  return verifier
}

const askedFor = (form: string): number => asked.filter((path) => path === `/api/v1/keys/verify${form}`).length

function addKey(
  api: PartRef<ApiPart> = home,
  changes: Parameters<VerifyPlane['plane']['world']['addKey']>[1] = {},
): MadeKey {
  const random = crypto.getRandomValues(new Uint8Array(10))
  return it.plane.world.addKey(api, {
    id: makeId('key', Date.now(), random),
    scopes: compileScopes(['read']),
    ...changes,
  })
}

const ask = ({ secret }: MadeKey, more: Partial<Question> = {}): Question => ({
  key: secret,
  apiId: home.current.id,
  scopes: ['read'],
  ...more,
})

async function codeOf(verdict: Verdict | Promise<Verdict>): Promise<string> {
  return (await verdict).code
}

const changed = (id: string) => ({ workspaceId: 'wsp_home', apiId: undefined, names: [id] })

describe('a key', () => {
  test('is asked for once, then answered at once, with who it is', async () => {
    const verifier = await start()
    const made = addKey()
    const first = verifier.verify(ask(made))
    expect(first).toBeInstanceOf(Promise)
    await first
    const again = verifier.verify(ask(made))
    expect(again).not.toBeInstanceOf(Promise)
    expect(again).toMatchObject({
      valid: true,
      key: { id: made.key.id, version: 1, appId: 'app_wsp_home', workspaceId: 'wsp_home', environment: 'test' },
    })
    expect(askedFor('/open')).toBe(1)
    expect(askedFor('')).toBe(0)
  })

  test('that many ask for at once is asked for once', async () => {
    const verifier = await start()
    const made = addKey()
    const codes = await Promise.all(Array.from({ length: 20 }, async () => codeOf(verifier.verify(ask(made)))))
    expect(new Set(codes)).toEqual(new Set(['valid']))
    expect(askedFor('/open')).toBe(1)
  })

  test('is decided for each call by what that call is', async () => {
    const verifier = await start()
    const made = addKey(home, { restrictions: compileRestrictions([{ kind: 'ip', allow: ['192.0.2.0/24'] }]) })
    const calls: readonly (readonly [Partial<Question>, string])[] = [
      [{ clientIp: '192.0.2.7' }, 'valid'],
      [{ clientIp: '198.51.100.1' }, 'ip_not_allowed'],
      [{ clientIp: 'nonsense' }, 'ip_not_allowed'],
      [{}, 'ip_not_allowed'],
      [{ clientIp: '192.0.2.7', scopes: ['write'] }, 'scope_missing'],
      [{ clientIp: '192.0.2.7', apiId: 'api_other' }, 'api_not_allowed'],
    ]
    // both when it is first seen, many at once, and when it is known
    for (let round = 0; round < 2; round += 1) {
      const codes = await Promise.all(calls.map(async ([more]) => codeOf(verifier.verify(ask(made, more)))))
      expect(codes).toEqual(calls.map(([, code]) => code))
    }
    expect(askedFor('')).toBe(0)
  })

  test('ends on the millisecond, without a word from anybody', async () => {
    const verifier = await start({ staleMs: 1e9 })
    const made = addKey(home, { expiresAtMs: Date.now() + 3_600_000 })
    expect(await codeOf(verifier.verify(ask(made)))).toBe('valid')
    offsetMs = 3_600_001
    expect(await codeOf(verifier.verify(ask(made)))).toBe('key_expired')
  })

  test('that nobody knows is refused, and asked for again once a key was made', async () => {
    const verifier = await start()
    for (let count = 0; count < 3; count += 1) {
      expect(await verifier.verify({ key: 'x', clientIp: '192.0.2.1' })).toMatchObject({
        kind: 'refused',
        code: 'credential_invalid',
        error: { status: 401 },
      })
    }
    expect(askedFor('/open')).toBe(1)
    it.plane.world.changes.tell(changed('key_new'))
    await until(async () => {
      await verifier.verify({ key: 'x' })
      return askedFor('/open') === 2
    })
  })

  test.each([undefined, '', 'x'.repeat(2_000), 7])('that is %s is none', async (key) => {
    const verifier = await start()
    // what JavaScript may hand over
    expect(await codeOf(verifier.verify({ key: key as string }))).toBe('credential_invalid')
    expect(askedFor('/open')).toBe(0)
  })

  test('with limits is decided by the server each time, which counts', async () => {
    const verifier = await start()
    const made = addKey(home, { limits: [limitOf('requests', 3, 60_000)] })
    const codes: string[] = []
    for (let count = 0; count < 5; count += 1) codes.push(await codeOf(verifier.verify(ask(made))))
    expect(codes).toEqual(['valid', 'valid', 'valid', 'limit_reached', 'limit_reached'])
    const last = await verifier.verify(ask(made))
    expect(last).toMatchObject({
      kind: 'refused',
      limits: [{ remaining: 0, policy: { name: 'requests', limit: 3, windowMs: 60_000 } }],
      error: { status: 429, facts: { violatedPolicies: 'requests' } },
    })
    expect(askedFor('')).toBe(6)
    // the server has written them down itself
    await verifier.close()
    expect(it.plane.world.records.map(({ door }) => door)).toEqual(Array.from({ length: 6 }, () => 'verify'))
  })

  test('with limits is charged the cost of each call, whoever asked first', async () => {
    const verifier = await start()
    const made = addKey(home, { limits: [limitOf('requests', 10, 60_000)] })
    const both = await Promise.all([4, 7, 3].map(async (cost) => codeOf(verifier.verify(ask(made, { cost })))))
    expect(both.filter((code) => code === 'valid')).toHaveLength(2)
    expect(it.plane.world.records).toHaveLength(3)
  })

  test('that is held to countries is decided by the server, who knows where addresses are', async () => {
    it.plane.world.countries.set('192.0.2.1', 'DE')
    const verifier = await start()
    const made = addKey(home, { restrictions: compileRestrictions([{ kind: 'country', allow: ['DE'] }]) })
    expect(await codeOf(verifier.verify(ask(made, { clientIp: '192.0.2.1' })))).toBe('valid')
    expect(await codeOf(verifier.verify(ask(made, { clientIp: '192.0.2.2' })))).toBe('country_not_allowed')
    expect(askedFor('')).toBe(2)
  })

  test('of an address that keeps trying is not looked at', async () => {
    const verifier = await start()
    it.plane.world.weather.isKeyProbed = true
    expect(await codeOf(verifier.verify({ key: 'x', clientIp: '192.0.2.1' }))).toBe('probing')
    it.plane.world.weather.isKeyProbed = false
    const waiting = verifier.verify({ key: 'y', clientIp: '192.0.2.1' })
    expect(waiting).toMatchObject({ code: 'probing', error: { status: 429 } })
    expect(await codeOf(verifier.verify({ key: 'y', clientIp: '192.0.2.2' }))).toBe('credential_invalid')
  })
})

describe('a change', () => {
  test.each(['key', 'app', 'api', 'workspace'] as const)('of its %s is asked for anew', async (what) => {
    const verifier = await start()
    const made = addKey()
    await verifier.verify(ask(made))
    const { key } = made
    const id = { key: key.id, app: key.app.current.id, api: home.current.id, workspace: 'wsp_home' }[what]
    it.plane.world.revoked.add(key.id)
    it.plane.world.changes.tell(changed(id))
    await until(async () => (await codeOf(verifier.verify(ask(made)))) === 'key_revoked')
    expect(askedFor('/open')).toBe(2)
  })

  test('of another key leaves it alone', async () => {
    const verifier = await start()
    const made = addKey()
    await verifier.verify(ask(made))
    const other = addKey()
    await verifier.verify(ask(other))
    it.plane.world.changes.tell(changed(other.key.id))
    await until(async () => {
      await verifier.verify(ask(other))
      return askedFor('/open') === 3
    })
    await verifier.verify(ask(made))
    expect(askedFor('/open')).toBe(3)
  })

  test('that overtakes an answer makes it worthless', async () => {
    const made = addKey()
    let isHeld = true
    let release: () => void = () => undefined
    const verifier = await start({
      fetch: async (input, init) => {
        asked.push(String(input).slice(it.plane.origin.length))
        const answer = await fetch(input, init)
        if (isHeld && String(input).endsWith('/open')) {
          isHeld = false
          await new Promise<void>((resolve) => (release = resolve))
        }
        return answer
      },
    })
    const first = verifier.verify(ask(made))
    await until(() => !isHeld)
    it.plane.world.revoked.add(made.key.id)
    it.plane.world.changes.tell(changed(made.key.id))
    const other = addKey()
    // it has been heard when what was told afterwards has been
    await verifier.verify(ask(other))
    await new Promise((resolve) => setTimeout(resolve, 100))
    release()
    expect(await codeOf(first)).toBe('key_revoked')
    expect(await codeOf(verifier.verify(ask(made)))).toBe('key_revoked')
  })

  test('of the log makes everything worthless', async () => {
    const verifier = await start()
    const made = addKey()
    await verifier.verify(ask(made))
    expect(verifier.facts().knownKeys).toBe(1)
    it.plane.world.changes.startAfresh()
    await until(() => verifier.facts().knownKeys === 0)
  })
})

describe('without the server', () => {
  test('a key that is known is served as long as its api lets it, and no other', async () => {
    const strict = apiOf('wsp_home', { id: 'api_strict', onFeedLoss: { mode: 'deny' } })
    const verifier = await start({ timeoutMs: 500 })
    const [lax, denied] = [addKey(), addKey(strict)]
    await verifier.verify(ask(lax))
    await verifier.verify(ask(denied, { apiId: 'api_strict' }))
    const unknown = addKey()
    it.plane.world.verifiers.clear()
    await until(() => !verifier.facts().isConnected)
    offsetMs = 30_000
    expect(await codeOf(verifier.verify(ask(lax)))).toBe('valid')
    expect(await verifier.verify(ask(denied, { apiId: 'api_strict' }))).toMatchObject({
      kind: 'undecided',
      code: 'feed_lost',
      error: { status: 503, retryAfterSeconds: 1 },
    })
    expect(await verifier.verify(ask(unknown))).toMatchObject({ kind: 'undecided', code: 'unavailable' })
    offsetMs = 61_000
    expect(await codeOf(verifier.verify(ask(lax)))).toBe('feed_lost')
    expect(errors.length).toBeGreaterThan(0)
  })

  test('nothing that was undecided is remembered', async () => {
    const verifier = await start()
    const made = addKey()
    it.plane.world.weather.isStoreGone = true
    it.plane.world.weather.isSlow = true
    expect(await codeOf(verifier.verify(ask(made)))).toBe('unavailable')
    it.plane.world.weather.isStoreGone = false
    expect(await codeOf(verifier.verify(ask(made)))).toBe('valid')
  })

  test('that cannot be reached at all, everybody is told so', async () => {
    const verifier = createVerifier({
      url: 'http://127.0.0.1:9',
      credential: 'admin',
      onError: (cause) => errors.push(cause),
    })
    verifiers.push(verifier)
    expect(await codeOf(verifier.verify({ key: 'x' }))).toBe('unavailable')
    await until(() => errors.length > 0)
  })
})

describe('what was decided', () => {
  test('is reported, added up, and on close at the latest', async () => {
    const verifier = await start()
    const made = addKey()
    await verifier.verify(ask(made))
    for (let count = 0; count < 9; count += 1) await verifier.verify(ask(made))
    await verifier.verify(ask(made, { scopes: ['write'] }))
    await verifier.verify({ key: 'x', clientIp: '192.0.2.1' })
    await verifier.verify({ key: 'x', clientIp: '192.0.2.1' })
    expect(it.plane.world.records).toEqual([])
    await verifier.close()
    expect(
      it.plane.world.records.map(({ door, keyId, code, apiId, usage }) => [door, keyId, code, apiId, usage?.requests]),
    ).toEqual([
      ['sdk', made.key.id, 'valid', home.current.id, 10],
      ['sdk', made.key.id, 'scope_missing', home.current.id, 1],
    ])
    // one by the server, one by the verifier
    expect(it.plane.world.probes.map(({ reason }) => reason)).toEqual(['credential_invalid', 'credential_invalid'])
  })

  test('is kept while the server does not take it, and counted once', async () => {
    let isDeaf = true
    const verifier = await start({
      reportMs: 20,
      fetch: async (input, init) => {
        const answer = await fetch(input, init)
        // taken, and the answer lost
        if (isDeaf && String(input).endsWith('/report')) throw new TypeError('cut')
        return answer
      },
    })
    const made = addKey()
    for (let count = 0; count < 5; count += 1) await verifier.verify(ask(made))
    await until(() => errors.length >= 3)
    isDeaf = false
    for (let count = 0; count < 5; count += 1) await verifier.verify(ask(made))
    await verifier.close()
    const counted = it.plane.world.records.reduce((sum, { usage }) => sum + (usage?.requests ?? 0), 0)
    expect(counted).toBe(10)
    expect(verifier.facts().droppedDecisions).toBe(0)
  })

  test('of more keys than are remembered is still counted to the last', async () => {
    const verifier = await start({ maxKeys: 5 })
    const keys = Array.from({ length: 20 }, () => addKey())
    for (let round = 0; round < 3; round += 1) for (const each of keys) await verifier.verify(ask(each))
    expect(verifier.facts().knownKeys).toBe(5)
    await verifier.close()
    const counted = it.plane.world.records.map(({ usage }) => usage?.requests)
    expect(counted).toEqual(Array.from({ length: 20 }, () => 3))
  })
})

test('a secret is nowhere in what the verifier keeps', async () => {
  const verifier = await start()
  const made = addKey()
  await verifier.verify(ask(made))
  const { inspect } = await import('node:util')
  const seen = inspect(verifier, { depth: 20, showHidden: true, maxArrayLength: null, maxStringLength: null })
  expect(seen).not.toContain(made.secret.slice(12))
})
