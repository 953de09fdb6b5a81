import { Secret } from '@claviger/core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Change } from '#feed'
import { openTestIdentity, type TestIdentity } from '../identity/testing/open-identity.ts'
import { makeAuthority, type Certified } from '../injections/testing/certificate.ts'
import { deleteProviderKey, rotateProviderKey, updateProviderKey } from './change-provider-key.ts'
import { createProviderKey, type NewProviderKey } from './create-provider-key.ts'
import { Credentials } from './credentials.ts'
import { findProviderKey, registerVaultSamples } from './find-provider-key.ts'
import type { VaultRoom } from './room.ts'

const CANARY = 'sk-canary-41b7d0'

let identity: TestIdentity
let room: VaultRoom
let credentials: Credentials
beforeAll(async () => {
  identity = await openTestIdentity()
  const { store, seal } = identity
  room = { ...identity.room, allowPrivateUpstreams: new Set(['localhost']) }
  credentials = new Credentials({ store, seal })
  identity.feed.onChange((changes) => {
    for (const change of changes) credentials.mark(change)
  })
  registerVaultSamples(seal)
})
afterAll(async () => identity.dispose())

let count = 0
let wanted: NewProviderKey
beforeEach(() => {
  count++
  wanted = {
    name: `Key ${count}`,
    provider: 'openai',
    origins: ['https://API.openai.com:443', 'https://eu.api.openai.com'],
    injection: { kind: 'bearer' },
    usedBy: { routes: [], models: [], apps: [] },
    secret: new Secret(`${CANARY}-${count}`),
  }
})

const refused = (code: string) => expect.objectContaining({ code })
const targetOf = (id: string) => ({ id, expectedRevision: undefined })

async function stored(change: Partial<NewProviderKey> = {}): Promise<string> {
  return (await createProviderKey(room, identity.caller, { ...wanted, ...change })).providerKey.id
}

describe('a provider key', () => {
  test('opens for egress with everything that says where it may go', async () => {
    const id = await stored({
      usedBy: { routes: ['rte_1'], models: [], apps: ['app_1'] },
      injection: { kind: 'header', name: 'x-api-key' },
    })
    const opened = await credentials.open(id)
    expect(opened).toMatchObject({
      id,
      workspaceId: identity.workspaceId,
      origins: ['https://api.openai.com', 'https://eu.api.openai.com'],
      injection: { kind: 'header', name: 'x-api-key' },
      usedBy: { routes: new Set(['rte_1']), models: new Set(), apps: new Set(['app_1']) },
    })
    expect(opened?.secret.reveal()).toBe(wanted.secret.reveal())
    expect(credentials.open(id), 'the second time without a promise').toBe(opened)
  })

  test('without named users is for all of its workspace', async () => {
    expect((await credentials.open(await stored()))?.usedBy).toBeUndefined()
  })

  test('that does not exist opens as nothing', async () => {
    expect(await credentials.open('pvk_00000000000000000000000000')).toBeUndefined()
  })

  test('stands nowhere in clear', async () => {
    const id = await stored()
    const tables = ['vault_provider_key', 'vault_provider_key_version', 'audit_entry', 'feed_change'] as const
    for (const table of tables) {
      const rows = await identity.store.db.selectFrom(table).selectAll().execute()
      const text = rows.map((row) =>
        Object.values(row).map((value) => (Buffer.isBuffer(value) ? value.toString('latin1') : JSON.stringify(value))),
      )
      expect(JSON.stringify(text), table).not.toContain(CANARY)
    }
    expect(await findProviderKey(identity.store.db, identity.workspaceId, id)).toEqual({
      id,
      origins: ['https://api.openai.com', 'https://eu.api.openai.com'],
    })
  })

  test('shows by its fingerprint that the same secret was stored twice', async () => {
    const first = await createProviderKey(room, identity.caller, wanted)
    const second = await createProviderKey(room, identity.caller, { ...wanted, name: `${wanted.name} again` })
    expect(second.providerKey.fingerprint).toBe(first.providerKey.fingerprint)
    expect(first.providerKey.fingerprint).toMatch(/^hmac-sha256:[0-9a-f]{64}$/)
  })

  test.each([
    [['http://api.openai.com'], '/origins/0'],
    [['https://api.openai.com', 'https://api.openai.com/v1'], '/origins/1'],
    [['https://user@api.openai.com'], '/origins/0'],
    [['ftp://api.openai.com'], '/origins/0'],
    [['https://a.example', 'https://A.example:443'], '/origins/1'],
  ])('is not bound to %s', async (origins, pointer) => {
    await expect(createProviderKey(room, identity.caller, { ...wanted, origins })).rejects.toThrow(
      expect.objectContaining({ code: 'validation_failed', errors: [expect.objectContaining({ pointer })] }),
    )
  })

  test('may travel in plaintext to a host that the operator named', async () => {
    const opened = await credentials.open(await stored({ origins: ['http://localhost:11434'] }))
    expect(opened?.origins).toEqual(['http://localhost:11434'])
  })
})

describe('a client certificate', () => {
  let client: Certified
  const ofClient = (changes: Partial<NewProviderKey> = {}): Partial<NewProviderKey> => ({
    injection: { kind: 'mtls', certificate: client.certificate },
    secret: new Secret(client.privateKey),
    ...changes,
  })
  beforeAll(async () => {
    client = await (await makeAuthority()).issue(['client'])
  })

  test('is stored with its end, which is seen before it is used and counted once it is', async () => {
    const own = new Credentials({ store: identity.store, seal: identity.seal })
    const { providerKey } = await createProviderKey(room, identity.caller, { ...wanted, ...ofClient() })
    const atMs = providerKey.expiresAt?.getTime() ?? 0
    expect(atMs).toBeGreaterThan(Date.now())
    expect(own.soonestExpiryAtMs()).toBeUndefined()
    await own.open(providerKey.id)
    await own.open(await stored({ name: `${wanted.name} without an end` }))
    expect(own.soonestExpiryAtMs()).toBe(atMs)
  })

  test('whose private key is another one is refused, and nothing is stored', async () => {
    const other = await (await makeAuthority()).issue(['client'])
    await expect(stored(ofClient({ secret: new Secret(other.privateKey) }))).rejects.toThrow(
      expect.objectContaining({
        code: 'validation_failed',
        errors: [{ pointer: '/secret', detail: 'This is not the private key of the certificate.' }],
      }),
    )
    await expect(stored(), 'the name is free').resolves.toBeDefined()
  })

  test('is not rotated to a key that does not fit the certificate that stays', async () => {
    const id = await stored(ofClient())
    const secret = new Secret((await (await makeAuthority()).issue(['client'])).privateKey)
    const rotation = { secret, origins: undefined, injection: undefined }
    await expect(rotateProviderKey(room, identity.caller, targetOf(id), rotation)).rejects.toThrow(
      refused('validation_failed'),
    )
    expect((await credentials.open(id))?.secret.reveal()).toBe(client.privateKey)
  })

  test('gives way to a secret without an end', async () => {
    const id = await stored(ofClient())
    const rotation = { secret: new Secret('x'), origins: undefined, injection: { kind: 'bearer' } as const }
    const { providerKey } = await rotateProviderKey(room, identity.caller, targetOf(id), rotation)
    expect(providerKey).toMatchObject({ expiresAt: null, injection: { kind: 'bearer' } })
  })
})

describe('changing', () => {
  test('takes origins away, and never adds one', async () => {
    const id = await stored()
    const added = updateProviderKey(room, identity.caller, targetOf(id), { origins: ['https://evil.example'] })
    await expect(added).rejects.toThrow(refused('validation_failed'))
    const { position } = await updateProviderKey(room, identity.caller, targetOf(id), {
      origins: ['https://eu.api.openai.com'],
    })
    await identity.feed.reached(position)
    expect((await credentials.open(id))?.origins).toEqual(['https://eu.api.openai.com'])
  })

  test('reaches what was opened before', async () => {
    const id = await stored()
    await credentials.open(id)
    const usedBy = { routes: ['rte_9'], models: [], apps: [] }
    const { position } = await updateProviderKey(room, identity.caller, targetOf(id), { usedBy })
    await identity.feed.reached(position)
    expect((await credentials.open(id))?.usedBy?.routes).toEqual(new Set(['rte_9']))
  })

  test('is refused when somebody else was faster, and for other workspaces', async () => {
    const id = await stored()
    await updateProviderKey(room, identity.caller, { id, expectedRevision: 1 }, { name: `${wanted.name} b` })
    const late = updateProviderKey(room, identity.caller, { id, expectedRevision: 1 }, { name: 'c' })
    await expect(late).rejects.toThrow(refused('precondition_failed'))
    const stranger = { ...identity.caller, workspaceId: 'wsp_00000000000000000000000000' }
    await expect(updateProviderKey(room, stranger, targetOf(id), { name: 'c' })).rejects.toThrow(
      `There is no provider key ${id}.`,
    )
  })
})

describe('rotating', () => {
  test('puts the new secret in place of the old one, whose ciphertext is gone', async () => {
    const id = await stored()
    await credentials.open(id)
    const rotation = {
      secret: new Secret('sk-new'),
      origins: ['https://other.example'],
      injection: { kind: 'query', name: 'key' } as const,
    }
    const { providerKey, position } = await rotateProviderKey(room, identity.caller, targetOf(id), rotation)
    expect(providerKey).toMatchObject({ version: 2, origins: ['https://other.example'] })
    await identity.feed.reached(position)
    const opened = await credentials.open(id)
    expect([opened?.secret.reveal(), opened?.origins, opened?.injection]).toEqual([
      'sk-new',
      ['https://other.example'],
      { kind: 'query', name: 'key' },
    ])
    const rows = await identity.store.db
      .selectFrom('vault_provider_key_version')
      .selectAll()
      .where('provider_key_id', '=', id)
      .orderBy('version')
      .execute()
    expect(rows.map((row) => [row.version, row.sealed.length === 0])).toEqual([
      [1, true],
      [2, false],
    ])
  })

  test('keeps origins and injection where nothing else is said', async () => {
    const id = await stored({ injection: { kind: 'basic', username: 'me' } })
    const { providerKey } = await rotateProviderKey(room, identity.caller, targetOf(id), {
      secret: new Secret('x'),
      origins: undefined,
      injection: undefined,
    })
    expect(providerKey).toMatchObject({
      origins: ['https://api.openai.com', 'https://eu.api.openai.com'],
      injection: { kind: 'basic', username: 'me' },
    })
  })
})

test('a deleted provider key opens no more, and its name is free', async () => {
  const id = await stored()
  await credentials.open(id)
  await identity.feed.reached(await deleteProviderKey(room, identity.caller, targetOf(id)))
  expect(await credentials.open(id)).toBeUndefined()
  await expect(stored()).resolves.toBeDefined()
})

describe('whoever writes to the database without the seal', () => {
  const edit = async (id: string, columns: { origins?: string[]; workspace_id?: string }) => {
    await identity.store.db.updateTable('vault_provider_key').set(columns).where('id', '=', id).execute()
  }

  test('cannot point a secret at another origin', async () => {
    const id = await stored()
    await edit(id, { origins: ['https://evil.example', 'https://api.openai.com'] })
    expect((await credentials.open(id))?.origins).toEqual(['https://api.openai.com'])
  })

  test('cannot have its token asked for elsewhere', async () => {
    const injection = {
      kind: 'oauth2_client_credentials',
      token_url: 'https://login.example/t',
      client_id: 'me',
    } as const
    const id = await stored({ injection })
    await identity.store.db
      .updateTable('vault_provider_key_version')
      .set({ injection: JSON.stringify({ ...injection, token_url: 'https://evil.example/t' }) })
      .where('provider_key_id', '=', id)
      .execute()
    expect((await credentials.open(id))?.injection).toEqual(injection)
  })

  test('cannot move it to another workspace', async () => {
    const id = await stored()
    await edit(id, { workspace_id: 'wsp_00000000000000000000000000' })
    await expect(async () => credentials.open(id)).rejects.toThrow()
  })

  test('cannot put an older version back', async () => {
    const id = await stored()
    const { sealed } = await identity.store.db
      .selectFrom('vault_provider_key_version')
      .select('sealed')
      .where('provider_key_id', '=', id)
      .executeTakeFirstOrThrow()
    await rotateProviderKey(room, identity.caller, targetOf(id), {
      secret: new Secret('new'),
      origins: undefined,
      injection: undefined,
    })
    await identity.store.db
      .updateTable('vault_provider_key_version')
      .set({ sealed })
      .where('provider_key_id', '=', id)
      .where('version', '=', 2)
      .execute()
    await expect(async () => credentials.open(id)).rejects.toThrow()
  })
})

test('an opening that a change overtakes is read again', async () => {
  const id = await stored()
  const slow = new Credentials({ store: identity.store, seal: identity.seal })
  const opening = slow.open(id)
  const change: Change = {
    position: 1,
    atMs: 0,
    workspaceId: '',
    kind: 'edit',
    subjectType: 'provider_key',
    subjectId: id,
    detail: {},
  }
  slow.mark(change)
  await rotateProviderKey(room, identity.caller, targetOf(id), {
    secret: new Secret('sk-late'),
    origins: undefined,
    injection: undefined,
  })
  slow.mark(change)
  await opening
  expect((await slow.open(id))?.secret.reveal()).toBe('sk-late')
})

test('the doctor opens a sample', async () => {
  await stored()
  // The tests above have spoilt rows; the newest is good.
  expect(await identity.seal.openSamples()).toEqual([{ kind: 'provider_key', outcome: 'opened', problem: undefined }])
})
