import { createHash, randomBytes } from 'node:crypto'
import { composeKey, makePublicId } from '@claviger/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { listEntries } from '#audit'
import { makeTenant } from '../identity/testing/behaviours.ts'
import { deleteKey } from './delete-key.ts'
import { describeKey } from './describe-keys.ts'
import type { ImportedKey, ImportItem } from './import-batch.ts'
import type { Imported, KeyImport } from './import-keys.ts'
import { purgeDeletedKeys } from './maintain-keys.ts'
import { revokeKey } from './revoke-key.ts'
import { selectKey } from './rows.ts'
import { caughtUp, idOf, itemOf, takeInto, versionRow } from './testing/imports.ts'
import { openTestKeys, type TestKeys } from './testing/open-keys.ts'

const DAY_MS = 86_400_000

let it: TestKeys
beforeAll(async () => {
  it = await openTestKeys()
})
afterAll(async () => it.dispose())

const secretOf = (): string => `sk_live_${randomBytes(18).toString('base64url')}`

const sha256 = (secret: string): string => createHash('sha256').update(secret).digest('hex')

const take = async (
  items: readonly ImportItem[],
  members?: Partial<KeyImport>,
  caller?: typeof it.caller,
): Promise<Imported> => takeInto(it, items, members, caller)

/** Until the first use has moved the hash. */
async function upgraded(keyId: string): Promise<void> {
  await expect.poll(async () => (await versionRow(it, keyId))['upgraded_at']).not.toBeNull()
  await caughtUp(it)
}

describe('an imported hash', () => {
  test.each([
    { algorithm: 'sha256', encoding: 'hex' },
    { algorithm: 'sha256', encoding: 'base64' },
    { algorithm: 'sha256', encoding: 'base64url' },
    { algorithm: 'sha512', encoding: 'hex' },
    { algorithm: 'sha512', encoding: 'base64' },
    { algorithm: 'sha512', encoding: 'base64url' },
  ] as const)('in $algorithm and $encoding lets its secret in, from the answer on', async ({ algorithm, encoding }) => {
    const secret = secretOf()
    const hash = createHash(algorithm).update(secret).digest(encoding)
    await take([itemOf(hash)], { algorithm, encoding })
    expect(await it.codeOf(secret)).toBe('valid')
    expect(await it.codeOf(`${secret}x`)).toBe('unknown')
  })

  test('is never stored as it came, nor as anything that its owner could make without the pepper', async () => {
    const secret = secretOf()
    const hash = sha256(secret)
    const keyId = idOf(await take([itemOf(hash)]))
    const rows = [
      await versionRow(it, keyId),
      ...(await it.identity.store.raw('select detail::text from feed_change', [])),
      ...(await it.identity.store.raw('select facts::text from audit_entry', [])),
    ]
    const text = JSON.stringify(
      rows.map((row) => Object.values(row).map((value) => (Buffer.isBuffer(value) ? value.toString('hex') : value))),
    )
    const forms = (['hex', 'base64', 'base64url'] as const).map((form) => Buffer.from(hash, 'hex').toString(form))
    for (const form of [...forms, secret]) expect(text).not.toContain(form.slice(0, 20))
  })

  test('cannot be presented in place of the secret, in any spelling', async () => {
    const secret = secretOf()
    const bytes = createHash('sha256').update(secret).digest()
    const keyId = idOf(await take([itemOf(bytes.toString('hex'))]))
    const attempts = [
      bytes.toString('hex'),
      bytes.toString('base64'),
      bytes.toString('latin1'),
      `sha256${bytes.toString('hex')}`,
      `\u00ffsha256\u00ff${bytes.toString('latin1')}`,
      `\ufffdsha256\ufffd${bytes.toString('utf8')}`,
      String((await versionRow(it, keyId))['public_id']),
    ]
    for (const attempt of attempts) expect(await it.codeOf(attempt), attempt).toBe('unknown')
  })

  test('of a secret beyond ASCII, or of one that looks like ours, finds it all the same', async () => {
    const foreign = composeKey({
      prefix: 'demo',
      environment: 'live',
      publicId: makePublicId(randomBytes(24)),
      secret: randomBytes(32),
    })
    const wrongChecksum = `${foreign.slice(0, -1)}${foreign.endsWith('0') ? '1' : '0'}`
    for (const secret of ['clé-🔑-ключ', foreign, wrongChecksum, 'x', ' ']) {
      expect(await it.codeOf(secret), 'before').toBe('unknown')
      await take([itemOf(sha256(secret))])
      expect(await it.codeOf(secret), secret).toBe('valid')
    }
  })

  test('of a text that nobody looks for, because it is too long, is refused in use and costs nothing', async () => {
    const secret = 'x'.repeat(1_025)
    await take([itemOf(sha256(secret))])
    const { reads } = it.snapshots
    expect(await it.codeOf(secret)).toBe('unknown')
    expect(it.snapshots.reads).toBe(reads)
  })

  test('that was just refused is let in from its import on, also when the two cross', async () => {
    const secret = secretOf()
    const gate = Promise.withResolvers<void>()
    const read = Promise.withResolvers<void>()
    const other = it.newSnapshots({
      async raw(text, values) {
        const rows = await it.identity.store.raw(text, values)
        read.resolve()
        await gate.promise
        return rows
      },
    })
    const stop = it.identity.feed.onChange(async (changes) => {
      for (const change of changes) await other.apply(change)
    })
    await take([itemOf(sha256(secretOf()))]) // so that some form is in use
    const asked = other.find(secret) // the filter is not there yet: it reads
    await read.promise
    await take([itemOf(sha256(secret))])
    gate.resolve()
    expect(await asked).toMatchObject({ kind: 'found' })
    expect(await other.find(secret)).toMatchObject({ kind: 'found' })
    stop()
  })
})

describe('an import', () => {
  test('gives each key what its item says, within what a key may have', async () => {
    const nowMs = it.identity.clockMs
    const secret = secretOf()
    const members: Partial<ImportedKey> = {
      name: 'customer 7',
      owner: 'team',
      tags: ['old', 'stripe'],
      environment: 'test',
      scopes: ['a.read', 'a.write'],
      metadata: { customer: 7 },
      start: 'sk_live_',
      lastFour: secret.slice(-4),
      notBefore: new Date(nowMs + 1_000),
      expiresAt: new Date(nowMs + DAY_MS),
    }
    const keyId = idOf(await take([itemOf(sha256(secret), members)]))
    const row = await selectKey(it.identity.store.db, it.caller.workspaceId, keyId)
    if (row === undefined) throw new Error('gone')
    expect(await describeKey(it.identity.store.db, row)).toMatchObject({
      name: 'customer 7',
      owner: 'team',
      ownerFrom: 'key',
      tags: ['old', 'stripe'],
      environment: 'test',
      scopes: ['a.read', 'a.write'],
      metadata: { customer: 7 },
      notBefore: members.notBefore,
      expiresAt: members.expiresAt,
      createdBy: it.caller.actor.id,
      versions: [{ number: 1, start: 'sk_live_', lastFour: secret.slice(-4), importedAs: 'sha256' }],
    })
    const at = async (later: number) => it.codeOf(secret, { nowMs: nowMs + later })
    expect([await at(999), await at(1_000), await at(DAY_MS - 1), await at(DAY_MS)]).toEqual([
      'key_not_yet_valid',
      'valid',
      'valid',
      'key_expired',
    ])
  })

  test('leaves disabled what was disabled', async () => {
    const secret = secretOf()
    await take([itemOf(sha256(secret), { disabled: true })])
    expect(await it.codeOf(secret)).toBe('key_disabled')
  })

  test('tells of each item what became of it, in their order, and loses none', async () => {
    const [one, two] = [secretOf(), secretOf()]
    const before = idOf(await take([itemOf(sha256(two))]))
    const nowMs = it.identity.clockMs
    const { outcomes } = await take([
      itemOf(sha256(one)),
      itemOf('zz'),
      itemOf(sha256(one).toUpperCase()),
      itemOf(sha256(two)),
      itemOf(sha256('a'), { scopes: ['b.read'] }),
      itemOf(sha256('b'), { expiresAt: new Date(nowMs) }),
      itemOf(sha256('c'), { expiresAt: new Date(nowMs + 10_000 * DAY_MS) }),
      itemOf(sha256('d'), { expiresAt: new Date(nowMs + 1), notBefore: new Date(nowMs + 1) }),
      { kind: 'invalid', detail: 'name: is too long' },
      itemOf(createHash('sha512').update(one).digest('hex')),
    ])
    const [first] = outcomes
    expect(outcomes.map((each) => each.outcome)).toEqual([
      'created',
      'invalid',
      'duplicate',
      'duplicate',
      'invalid',
      'invalid',
      'invalid',
      'invalid',
      'invalid',
      'invalid',
    ])
    expect(outcomes[2], 'within the batch').toEqual({
      outcome: 'duplicate',
      keyId: first?.outcome === 'created' ? first.keyId : '',
    })
    expect(outcomes[3], 'from before').toEqual({ outcome: 'duplicate', keyId: before })
    expect(outcomes[8]).toEqual({ outcome: 'invalid', detail: 'name: is too long' })
    expect(await it.codeOf(one)).toBe('valid')
    for (const secret of ['a', 'b', 'c', 'd']) expect(await it.codeOf(secret)).toBe('unknown')
  })

  test('of one valid item among hundreds of bad ones makes that key; of none makes nothing', async () => {
    const secret = secretOf()
    const bad = Array.from({ length: 300 }, () => itemOf('not a hash'))
    const { outcomes } = await take([...bad, itemOf(sha256(secret)), ...bad])
    expect(outcomes.filter((each) => each.outcome === 'created')).toHaveLength(1)
    expect(outcomes[300]?.outcome).toBe('created')
    expect(await it.codeOf(secret)).toBe('valid')
    expect((await take(bad)).position).toBe(0)
  })

  test('repeated makes nothing twice, whatever became of the keys; a purged one is taken again', async () => {
    const [living, revoked, deleted] = [secretOf(), secretOf(), secretOf()]
    const items = [living, revoked, deleted].map((secret) => itemOf(sha256(secret)))
    const ids = (await take(items)).outcomes.map((each) => (each.outcome === 'invalid' ? '' : (each.keyId ?? '')))
    await revokeKey(it.room, it.caller, ids[1] ?? '', 'leaked')
    await deleteKey(it.room, it.caller, { keyId: ids[2] ?? '', expectedRevision: undefined })
    expect(await it.codeOf(living)).toBe('valid')
    await upgraded(ids[0] ?? '')
    const again = await take(items)
    expect(again).toEqual({ position: 0, outcomes: ids.map((keyId) => ({ outcome: 'duplicate', keyId })) })
    expect(await it.codeOf(revoked)).toBe('key_revoked')
    it.identity.clockMs += 31 * DAY_MS
    await purgeDeletedKeys(it.room)
    expect((await take(items)).outcomes.map((each) => each.outcome)).toEqual(['duplicate', 'duplicate', 'created'])
    expect(await it.codeOf(deleted)).toBe('valid')
  })

  test('at the same moment as another of the same hashes makes each key once', async () => {
    const secrets = Array.from({ length: 200 }, secretOf)
    const items = secrets.map((secret) => itemOf(sha256(secret)))
    const all = await Promise.all([take(items), take(items.toReversed()), take(items)])
    const outcomes = all.flatMap((imported) => imported.outcomes)
    expect(outcomes.filter((each) => each.outcome === 'created')).toHaveLength(200)
    expect(outcomes.filter((each) => each.outcome === 'duplicate')).toHaveLength(400)
    for (const each of outcomes) expect(each).toHaveProperty('keyId', expect.stringMatching(/^key_/))
    const rows = await it.identity.store.raw(
      'select from keys_key left join keys_version on key_id = keys_key.id where keys_version.id is null',
      [],
    )
    expect(rows, 'no key without a version').toEqual([])
    for (const secret of secrets.slice(0, 10)) expect(await it.codeOf(secret)).toBe('valid')
  })

  test('is one entry in the audit log and one change in the feed', async () => {
    const items = Array.from({ length: 50 }, () => itemOf(sha256(secretOf())))
    const { position } = await take([...items, itemOf('x')])
    const changes = await it.identity.store.raw('select subject_type, detail from feed_change where position >= $1', [
      position,
    ])
    expect(changes).toMatchObject([{ subject_type: 'key_batch', detail: { public_ids: { length: 50 } } }])
    const { items: entries } = await listEntries(it.identity.store.db, {
      workspaceId: it.caller.workspaceId,
      operation: 'keys.import',
      limit: 1,
    })
    expect(entries[0]).toMatchObject({
      resource: { type: 'app', id: it.appId },
      values: { algorithm: 'sha256', created: 50, duplicates: 0, invalid: 1, api_ids: [it.apiId] },
    })
  })

  test('for an app or an api of another workspace, or a disabled app, is refused as a whole', async () => {
    const stranger = { ...it.caller, workspaceId: await makeTenant(it.identity, 'Imports') }
    const items = [itemOf(sha256(secretOf()))]
    await expect(take(items, {}, stranger)).rejects.toMatchObject({ errors: [{ pointer: '/app_id' }] })
    const none = { apiIds: ['api_01k2m5f8r2e9vbt9rpk9w0z5c3'] }
    await expect(take(items, none)).rejects.toMatchObject({ errors: [{ pointer: '/api_ids/0' }] })
  })

  test('of a hash that another workspace has does not tell whose it is', async () => {
    const secret = secretOf()
    await take([itemOf(sha256(secret))])
    const workspaceId = await makeTenant(it.identity, 'Same hashes')
    const stranger = { ...it.caller, workspaceId }
    const [appId, apiId] = ['app_01k2m5f8r2e9vbt9rpk9w0z5c9', 'api_01k2m5f8r2e9vbt9rpk9w0z5c9']
    await it.identity.store.raw(
      `insert into identity_app (id, workspace_id, name, owner, description, metadata, created_at, updated_at) values ($1, $2, 'theirs', 'x', '', '{}', now(), now())`,
      [appId, workspaceId],
    )
    await it.identity.store.raw(
      `insert into keys_api (id, workspace_id, name, prefix, scopes, created_at, updated_at) values ($1, $2, 'theirs', 'demo', '{a.read}', now(), now())`,
      [apiId, workspaceId],
    )
    const { outcomes } = await take([itemOf(sha256(secret))], { appId, apiIds: [apiId] }, stranger)
    expect(outcomes).toEqual([{ outcome: 'duplicate', keyId: undefined }])
    const found = await it.snapshots.find(secret)
    expect(found).toMatchObject({ kind: 'found', key: { workspace: { current: { id: it.caller.workspaceId } } } })
  })
})
