import { createPublicKey, verify } from 'node:crypto'
import { sql } from 'kysely'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { silentLog } from '#config'
import { openTestStore, type TestStore } from '../store/testing.ts'
import { openSeal, type AutomaticRotation, type IdentitySigner, type Seal } from './index.ts'

let store: TestStore
let seal: Seal
let told: AutomaticRotation[]

beforeEach(async () => {
  store = await openTestStore()
  told = []
  seal = await openSeal(store, store.config, silentLog, {
    onRotated: async (_tx, rotation) => void told.push(rotation),
  })
})
afterEach(async () => {
  await seal.close()
  await store.dispose()
})

const kidsOf = ({ jwks }: IdentitySigner): readonly string[] =>
  (JSON.parse(jwks) as { keys: { kid: string }[] }).keys.map(({ kid }) => kid)

/** As an upstream does it: with nothing but the token and the published set. */
function isVerifiedBy(jwks: string, token: string): boolean {
  const [header = '', payload = '', signature = ''] = token.split('.')
  const { kid, alg } = JSON.parse(Buffer.from(header, 'base64url').toString()) as { kid: string; alg: string }
  const { keys } = JSON.parse(jwks) as { keys: { kid: string }[] }
  const key = keys.find((one) => one.kid === kid)
  return (
    alg === 'ES256' &&
    key !== undefined &&
    verify(
      'sha256',
      Buffer.from(`${header}.${payload}`),
      { key: createPublicKey({ format: 'jwk', key }), dsaEncoding: 'ieee-p1363' },
      Buffer.from(signature, 'base64url'),
    )
  )
}

const rotate = async (): Promise<number> => {
  const { version } = await store.transaction(async (tx) => seal.rotateIdentityKey(tx))
  await seal.refresh()
  return version
}

test('what is signed is verified by the published set, which tells nothing private', async () => {
  const token = seal.identity.sign('{"sub":"key_1"}')
  expect(isVerifiedBy(seal.identity.jwks, token)).toBe(true)
  expect(isVerifiedBy(seal.identity.jwks, `${token.slice(0, -4)}AAAA`)).toBe(false)
  const { keys } = JSON.parse(seal.identity.jwks) as { keys: object[] }
  for (const key of keys) expect(Object.keys(key).toSorted()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'])
})

test('another server of the installation signs under the same key', async () => {
  const other = await openSeal(store, store.config, silentLog)
  expect([other.identity.keyId, other.identity.jwks]).toEqual([seal.identity.keyId, seal.identity.jwks])
  await other.close()
})

test('a rotation signs under a key that was published before, and keeps the one before it for an hour', async () => {
  const before = { kid: seal.identity.keyId, token: seal.identity.sign('{}'), published: kidsOf(seal.identity) }
  expect(await rotate()).toBe(2)
  expect(seal.identity.keyId).not.toBe(before.kid)
  expect(before.published).toContain(seal.identity.keyId)
  expect(kidsOf(seal.identity)).toHaveLength(3)
  expect(isVerifiedBy(seal.identity.jwks, before.token)).toBe(true)
  await seal.maintain()
  await seal.refresh()
  expect(kidsOf(seal.identity)).toContain(before.kid)
  await sql`update seal_key set retired_at = retired_at - interval '61 minutes'`.execute(store.db)
  await seal.maintain()
  await seal.refresh()
  expect(kidsOf(seal.identity)).not.toContain(before.kid)
})

test('keys are rotated by themselves after 90 days', async () => {
  const [before] = [seal.identity.keyId, await seal.maintain()]
  expect([seal.identity.keyId, told]).toEqual([before, []])
  await sql`update seal_key set created_at = created_at - interval '91 days' where purpose = 'identity'`.execute(
    store.db,
  )
  await seal.maintain()
  expect(seal.identity.keyId).not.toBe(before)
  expect(told).toEqual([{ purpose: 'identity', workspaceId: undefined, version: 2 }])
})

test('keys are wrapped like all others: a rotation of the keyring and of the root key leaves them as they are', async () => {
  const { jwks } = seal.identity
  await store.transaction(async (tx) => seal.rotateKeyring(tx))
  while ((await store.transaction(async (tx) => seal.rewrapKeys(tx, 100))) > 0);
  await store.transaction(async (tx) => seal.rotateRoot(tx))
  const later = await openSeal(store, store.config, silentLog)
  expect(later.identity.jwks).toBe(jwks)
  await later.close()
})

test('the doctor checks them, the published one too', async () => {
  const state = async (): Promise<readonly unknown[]> =>
    (await seal.checkAll())
      .filter(({ keyId }) => keyId.startsWith('identity/'))
      .map(({ keyId, problem }) => [keyId, problem !== undefined])
  expect(await state()).toEqual([
    ['identity/1', false],
    ['identity/2', false],
  ])
  await sql`update seal_key set wrapped = set_byte(wrapped, 60, get_byte(wrapped, 60) # 1) where purpose = 'identity' and version = 2`.execute(
    store.db,
  )
  expect(await state()).toEqual([
    ['identity/1', false],
    ['identity/2', true],
  ])
})

test('an installation from before there were any gets them at its next start', async () => {
  await seal.close()
  await sql`delete from seal_key where purpose = 'identity'`.execute(store.db)
  seal = await openSeal(store, store.config, silentLog)
  expect(isVerifiedBy(seal.identity.jwks, seal.identity.sign('{}'))).toBe(true)
})
