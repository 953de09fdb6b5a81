import { describe, expect, test } from 'vitest'
import { compileRestrictions } from '../restriction/compile-restrictions.ts'
import { compileScopes } from '../scope/scope-set.ts'
import { decide } from './decide.ts'
import type { Ask } from './decision.ts'
import type { KeyPart, PartRef, VersionPart } from './parts.ts'
import { API, APP, ASK, KEY, NOW_MS, VERSION, WORKSPACE } from './testing.ts'
import { partsFromWire, partsToWire, type PartBook } from './wire-parts.ts'

const newBook = (): PartBook => ({ workspaces: new Map(), apps: new Map(), apis: new Map(), roles: new Map() })
const everyApi = (): boolean => true

/** As it comes out at the other end of a wire. */
function travelled(key: KeyPart, version: VersionPart = VERSION, book = newBook()) {
  return partsFromWire(JSON.parse(JSON.stringify(partsToWire(key, version, everyApi))), book)
}

const ref = <Part>(current: Part): PartRef<Part> => ({ current })
const withApi = (change: Partial<typeof API>): Partial<KeyPart> => ({ apis: [ref({ ...API, ...change })] })

const CASES: readonly {
  readonly name: string
  readonly key?: Partial<KeyPart>
  readonly version?: Partial<VersionPart>
  readonly ask?: Partial<Ask>
}[] = [
  { name: 'a good key' },
  { name: 'a revoked key', key: { revokedAtMs: NOW_MS - 1 } },
  { name: 'a revoked version', version: { revokedAtMs: NOW_MS - 1 } },
  { name: 'a deleted key', key: { deletedAtMs: 0 } },
  { name: 'a key at its expiry', key: { expiresAtMs: NOW_MS } },
  { name: 'a version at its expiry', version: { expiresAtMs: NOW_MS } },
  { name: 'a key before its begin', key: { notBeforeAtMs: NOW_MS + 1 } },
  { name: 'a disabled workspace', key: { workspace: ref({ ...WORKSPACE, disabledAtMs: 0 }) } },
  { name: 'a disabled app', key: { app: ref({ ...APP, disabledAtMs: 0 }) } },
  { name: 'a disabled key', key: { disabledAtMs: 0 } },
  { name: 'a dormant key', key: { dormantAtMs: NOW_MS } },
  { name: 'another api', ask: { apiId: 'api_9' } },
  { name: 'a disabled api', key: withApi({ disabledAtMs: 0 }) },
  { name: 'a key bound to a version', key: { apiVersion: '2' }, ask: { apiVersion: '1' } },
  {
    name: 'a key older than its api lets it be',
    key: {
      ...withApi({ maximum: { scopes: undefined, lifetimeMs: 1, requiredRestrictions: [] } }),
      createdAtMs: NOW_MS - 1,
    },
  },
  {
    name: 'a key without the restriction that is demanded',
    key: withApi({ maximum: { scopes: undefined, lifetimeMs: undefined, requiredRestrictions: ['ip'] } }),
  },
  {
    name: 'a scope above the maximum',
    key: withApi({
      maximum: { scopes: compileScopes(['orders.write']), lifetimeMs: undefined, requiredRestrictions: [] },
    }),
  },
  {
    name: 'a wildcard beyond the catalogue',
    key: { ...withApi({ catalogue: compileScopes(['orders.write']) }), scopes: compileScopes(['orders.*']) },
  },
  {
    name: 'a restriction, and one in shadow mode',
    key: {
      restrictions: compileRestrictions([
        { kind: 'api_version', allow: ['2'], mode: 'shadow' },
        { kind: 'ip', deny: ['203.0.113.0/24'] },
      ]),
    },
  },
  {
    name: 'a scope of a role',
    key: { scopes: compileScopes([]), roles: [ref({ id: 'rol_1', scopes: compileScopes(['orders.*']) })] },
  },
  { name: 'a missing scope', ask: { scopes: ['orders.delete'] } },
]

describe('parts on the wire', () => {
  test.each(CASES)('$name is decided as here', ({ key: keyChange, version: versionChange, ask: askChange }) => {
    const key = { ...KEY, ...keyChange }
    const version = { ...VERSION, ...versionChange }
    const ask = { ...ASK, ...askChange }
    const there = travelled(key, version)
    expect(decide(there.key, there.version, ask)).toEqual(decide(key, version, ask))
  })

  test('tell neither the digest nor the public id', () => {
    const version = { ...VERSION, digest: new Uint8Array(32).fill(7), publicId: 'abcdefghijkl' }
    const text = JSON.stringify(partsToWire(KEY, version, everyApi))
    expect(text).not.toContain('abcdefghijkl')
    expect(text).not.toContain('digest')
  })

  test('leave out apis that may not be seen, as if the key were not for them', () => {
    const wire = partsToWire(KEY, VERSION, (apiId) => apiId === 'api_0')
    expect(wire.apis.map(({ id }) => id)).toEqual(['api_0'])
    expect(wire.key.api_ids).toEqual(['api_0'])
    const { key, version } = partsFromWire(wire, newBook())
    expect(decide(key, version, ASK).code).toBe('api_not_allowed')
  })

  test('are shared: keys of one app have one part of it', () => {
    const book = newBook()
    const one = travelled(KEY, VERSION, book)
    const other = travelled({ ...KEY, id: 'key_2' }, VERSION, book)
    expect(other.key.app).toBe(one.key.app)
    expect(other.key.apis[1]).toBe(one.key.apis[1])
  })

  test('say of limits only that there are some', () => {
    const limit = { id: 'k', name: 'r', class: 'bounded', limit: 1, mode: 'enforce', onCounterLoss: 'closed' } as const
    const limits = [{ ...limit, kind: 'concurrency' as const }]
    const plan = ref({ id: 'pln_1', name: 'p', limits })
    expect(partsToWire(KEY, VERSION, everyApi).key.is_limited).toBe(false)
    expect(partsToWire({ ...KEY, limits }, VERSION, everyApi).key.is_limited).toBe(true)
    expect(partsToWire({ ...KEY, app: ref({ ...APP, plan }) }, VERSION, everyApi).key).toMatchObject({
      is_limited: true,
      plan_ids: ['pln_1'],
    })
    expect(partsToWire({ ...KEY, ...withApi({ limits }) }, VERSION, everyApi).apis[0]?.is_limited).toBe(true)
  })
})
