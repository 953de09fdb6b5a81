import { describe, expect, test } from 'vitest'
import { compileScopes, type KeyPart } from '@claviger/core'
import { KeyCache } from './key-cache.ts'

function keyWith(id: string, publicIds: readonly string[]): KeyPart {
  return {
    id,
    workspace: { current: { id: 'wsp', disabledAtMs: undefined } },
    app: {
      current: {
        id: 'app',
        workspaceId: 'wsp',
        name: 'app',
        owner: undefined,
        limits: [],
        plan: undefined,
        disabledAtMs: undefined,
      },
    },
    apis: [],
    environment: 'live',
    scopes: compileScopes([]),
    roles: [],
    plan: undefined,
    apiVersion: undefined,
    notBeforeAtMs: undefined,
    expiresAtMs: undefined,
    dormantAtMs: undefined,
    disabledAtMs: undefined,
    deletedAtMs: undefined,
    revokedAtMs: undefined,
    restrictions: [],
    limits: [],
    versions: publicIds.map((publicId, index) => ({
      number: index + 1,
      publicId,
      pepperVersion: 1,
      digest: new Uint8Array(32),
      expiresAtMs: undefined,
      revokedAtMs: undefined,
    })),
  }
}

describe('KeyCache', () => {
  test('finds a key under each of its versions', () => {
    const cache = new KeyCache(10)
    cache.put(keyWith('key_1', ['a', 'b']))
    expect(cache.get('a')?.version.number).toBe(1)
    expect(cache.get('b')?.version.number).toBe(2)
  })

  test('forgets every version of a key, in both generations', () => {
    const cache = new KeyCache(2)
    cache.put(keyWith('key_1', ['a', 'b']))
    cache.put(keyWith('key_2', ['c']))
    cache.forgetKey('key_1')
    expect(cache.get('a')).toBeUndefined()
    expect(cache.get('b')).toBeUndefined()
    expect(cache.get('c')?.key.id).toBe('key_2')
  })

  test('a key that is asked for survives; one that is not is dropped; the bound holds', () => {
    const cache = new KeyCache(10)
    cache.put(keyWith('hot', ['hot']))
    for (let index = 0; index < 100; index++) {
      cache.put(keyWith(`cold_${index}`, [`cold_${index}`]))
      expect(cache.get('hot')?.key.id).toBe('hot')
      expect(cache.size).toBeLessThanOrEqual(10)
    }
    expect(cache.get('cold_0')).toBeUndefined()
  })

  test('a key that was forgotten while old does not come back', () => {
    const cache = new KeyCache(2)
    cache.put(keyWith('key_1', ['a']))
    cache.put(keyWith('key_2', ['b']))
    cache.forgetKey('key_1')
    cache.put(keyWith('key_3', ['c']))
    expect(cache.get('a')).toBeUndefined()
  })
})
