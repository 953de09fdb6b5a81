/** What happens to imported hashes in use, and what texts cost that are no keys. */
import { createHash, randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openTestStore } from '../store/testing.ts'
import type { ImportItem } from './import-batch.ts'
import type { Imported } from './import-keys.ts'
import { rotateKey } from './rotate-key.ts'
import { selectPepperVersions } from './rows.ts'
import { caughtUp, idOf, itemOf, takeInto, versionRow } from './testing/imports.ts'
import { openTestKeys, type TestKeys } from './testing/open-keys.ts'

let it: TestKeys
beforeAll(async () => {
  it = await openTestKeys()
})
afterAll(async () => it.dispose())

const secretOf = (): string => `sk_live_${randomBytes(18).toString('base64url')}`

const sha256 = (secret: string): string => createHash('sha256').update(secret).digest('hex')

const take = async (items: readonly ImportItem[]): Promise<Imported> => takeInto(it, items)

/** Until the first use has moved the hash. */
async function upgraded(keyId: string): Promise<void> {
  await expect.poll(async () => (await versionRow(it, keyId))['upgraded_at']).not.toBeNull()
  await caughtUp(it)
}

describe('the first use', () => {
  test('moves the hash to the usual digest of the secret, without being waited for; the key works on everywhere', async () => {
    const secret = secretOf()
    const keyId = idOf(await take([itemOf(sha256(secret))]))
    const behind = it.newSnapshots() // a process that hears nothing of it
    await behind.loadFilter()
    const before = await versionRow(it, keyId)
    expect(await it.codeOf(secret)).toBe('valid')
    await upgraded(keyId)
    const after = await versionRow(it, keyId)
    expect(after['digest']).toEqual(Buffer.from(it.identity.seal.digest(secret).digest))
    expect(after['public_id']).not.toBe(before['public_id'])
    expect(after['import_tag']).toBe(before['public_id'])
    expect(await it.codeOf(secret)).toBe('valid')
    expect(await behind.find(secret)).toMatchObject({ kind: 'found', key: { id: keyId } })
    const fresh = it.newSnapshots()
    await fresh.loadFilter()
    expect(await fresh.find(secret)).toMatchObject({ kind: 'found', key: { id: keyId } })
    expect(fresh.reads).toBe(1)
  })

  test('under a new pepper moves hash and tag, and the old pepper is needed no more', async () => {
    const { seal, store } = it.identity
    const [used, unused] = [secretOf(), secretOf()]
    await take([itemOf(sha256(secretOf()))])
    const ids = (await take([itemOf(sha256(used)), itemOf(sha256(unused))])).outcomes
    const [usedId, unusedId] = ids.map((each) => (each.outcome === 'created' ? each.keyId : ''))
    expect(await it.codeOf(used)).toBe('valid')
    await upgraded(usedId ?? '')
    const behind = it.newSnapshots()
    await behind.loadFilter()
    const oldPepper = seal.currentPepperVersion
    await store.transaction(async (tx) => seal.rotatePepper(tx))
    await seal.refresh()
    for (const secret of [used, unused]) expect(await it.codeOf(secret)).toBe('valid')
    for (const id of [usedId, unusedId]) {
      await expect.poll(async () => (await versionRow(it, id ?? ''))['pepper_version']).toBe(seal.currentPepperVersion)
    }
    for (const secret of [used, unused]) {
      expect(await behind.find(secret), 'a process that hears nothing').toMatchObject({ kind: 'found' })
      expect(await it.codeOf(secret)).toBe('valid')
    }
    const again = await take([itemOf(sha256(used)), itemOf(sha256(unused))])
    expect(again.outcomes.map((each) => each.outcome)).toEqual(['duplicate', 'duplicate'])
    const needed = async () => selectPepperVersions(store.db, new Date(it.identity.clockMs))
    // A hash of the other tests that was never used needs it, also when its key has ended: it would not be recognised.
    await store.raw('update keys_key set revoked_at = now() where id <> all($1)', [[usedId, unusedId]])
    expect(await needed()).toContain(oldPepper)
    await store.raw('delete from keys_version where key_id <> all($1)', [[usedId, unusedId]])
    expect(await needed()).not.toContain(oldPepper)
  })
})

describe('a foreign text that is no key', () => {
  test('costs no read, with a million imported hashes in the filter', { timeout: 120_000 }, async () => {
    const process = it.newSnapshots()
    await process.loadFilter()
    const tags = (from: number): readonly string[] =>
      Array.from({ length: 10_000 }, (_, at) =>
        createHash('sha256')
          .update(`${from + at}`)
          .digest('base64url')
          .slice(0, 16),
      )
    for (let from = 0; from < 1_000_000; from += 10_000) {
      await process.apply({
        position: 1_000_000 + from,
        atMs: 0,
        workspaceId: it.caller.workspaceId,
        kind: 'edit',
        subjectType: 'key_batch',
        subjectId: it.appId,
        detail: { public_ids: tags(from), import_forms: [{ form: 'sha256', pepper_version: 1 }] },
      })
    }
    expect(process.size.filtered).toBeGreaterThanOrEqual(1_000_000)
    expect(process.size.filterBytes, 'ten bytes a hash').toBeLessThanOrEqual(10.5 * process.size.filtered)
    const started = performance.now()
    for (let made = 0; made < 20_000; made++) {
      const found = process.find(`sk_live_${made}`)
      if (found instanceof Promise) throw new Error('it waited for something')
      if (found.kind !== 'unknown') throw new Error('it was found')
    }
    expect((performance.now() - started) / 20_000, 'ms each, on a busy machine').toBeLessThan(1)
    expect(process.reads).toBe(0)
  })

  test('is not called unknown while it cannot be read which hashes there are', async () => {
    const gone = await openTestStore()
    await gone.dispose()
    const blind = it.newSnapshots({ db: gone.db })
    expect(await blind.find('foreign')).toEqual({ kind: 'unavailable' })
    expect(await it.newSnapshots().find('foreign')).toEqual({ kind: 'unknown', reason: 'malformed' })
  })
})

test('a rotated key that was imported has a secret of ours, and keeps the old one for the grace', async () => {
  const secret = secretOf()
  const keyId = idOf(await take([itemOf(sha256(secret))]))
  const rotated = await rotateKey(it.room, it.caller, keyId, 60)
  await it.identity.feed.reached(rotated.position)
  expect(rotated.secret.reveal()).toMatch(/^demo_live_/)
  expect(await it.codeOf(rotated.secret.reveal())).toBe('valid')
  expect(await it.codeOf(secret)).toBe('valid')
  expect(await it.codeOf(secret, { nowMs: it.identity.clockMs + 60_000 })).toBe('key_expired')
})
