import { sql } from 'kysely'
import { chmodSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { silentLog } from '#config'
import { openTestStore, type TestStore } from '../store/testing.ts'
import { openSeal, sealOf, type AutomaticRotation, type Place, type Seal, type SealOptions } from './index.ts'

const place: Place = { workspaceId: 'wsp_a', table: 'vault_thing', recordId: 'pvk_1', version: 1, kind: 'thing' }
const text = (secret: { reveal(): Uint8Array }): string => Buffer.from(secret.reveal()).toString()
const bytes = (value: string): Uint8Array => Buffer.from(value)
const unreadable = expect.objectContaining({ reason: 'unreadable' })

let store: TestStore
let opened: Seal[] = []

/** One more server on the same database and key file. */
async function open(options: SealOptions = {}): Promise<Seal> {
  const seal = await openSeal(store, store.config, silentLog, options)
  opened.push(seal)
  return seal
}

async function openWithWorkspaces(...workspaceIds: readonly string[]): Promise<Seal> {
  const seal = await open()
  for (const id of workspaceIds) await store.transaction((tx) => seal.ensureWorkspace(tx, id))
  return seal
}

beforeEach(async () => {
  store = await openTestStore()
})
afterEach(async () => {
  for (const seal of opened) await seal.close()
  opened = []
  await store.dispose()
})

describe('a start', () => {
  test('that is the first makes a key file for its owner only, and every later start finds the same keys', async () => {
    const first = await open()
    expect(statSync(store.config.sealKeyFile).mode & 0o777).toBe(0o600)
    expect(readFileSync(store.config.sealKeyFile)).toHaveLength(32)
    const later = await open()
    expect(later.digest('a presented secret')).toEqual(first.digest('a presented secret'))
    expect(later.digest('a presented secret').digest).not.toEqual(first.digest('another').digest)
  })

  test('of two servers at once makes one hierarchy', async () => {
    const [one, other] = await Promise.all([open(), open()])
    expect(one.digest('x')).toEqual(other.digest('x'))
  })

  test('keeps the key of an existing file', async () => {
    const file = keyFile()
    file.write(Buffer.alloc(32, 7))
    await open()
    expect(file.read()).toEqual(Buffer.alloc(32, 7))
  })

  test('without the key file says that it is lost, and makes no other', async () => {
    await open()
    const file = keyFile()
    file.remove()
    await expect(open()).rejects.toThrow(
      expect.objectContaining({ code: 'seal_key_missing', message: expect.stringContaining('The seal key is lost') }),
    )
    expect(file.exists()).toBe(false)
  })

  test('with another key says so, by the commitment', async () => {
    await open()
    keyFile().write(Buffer.alloc(32, 9))
    await expect(open()).rejects.toThrow(
      expect.objectContaining({ code: 'seal_key_wrong', message: expect.stringContaining('wrong seal key') }),
    )
  })

  test('with a changed root key refuses', async () => {
    await open()
    await sql`update seal_key set wrapped = set_byte(wrapped, 60, get_byte(wrapped, 60) # 1) where purpose = 'root'`.execute(
      store.db,
    )
    await expect(open()).rejects.toThrow(expect.objectContaining({ code: 'seal_key_wrong' }))
  })

  test.each([0o640, 0o604, 0o666, 0o620])('refuses a key file that others may use (mode %o)', async (mode) => {
    await open()
    keyFile().mode(mode)
    await expect(open()).rejects.toThrow(
      expect.objectContaining({ code: 'seal_key_exposed', message: expect.stringContaining('chmod 600') }),
    )
  })

  test.each([0, 31, 33])('refuses a key file of %i bytes', async (size) => {
    await open()
    keyFile().write(Buffer.alloc(size, 1))
    await expect(open()).rejects.toThrow(
      expect.objectContaining({ code: 'seal_key_malformed', message: expect.stringContaining(`holds ${size}`) }),
    )
  })

  test('refuses an empty key file on the first start too, and does not overwrite it', async () => {
    const file = keyFile()
    file.write(Buffer.alloc(0))
    await expect(open()).rejects.toThrow(
      expect.objectContaining({ code: 'seal_key_malformed', message: expect.stringContaining('delete the file') }),
    )
    expect(file.read()).toHaveLength(0)
  })
})

describe('a sealed record', () => {
  test('opens in its place on every server', async () => {
    const seal = await openWithWorkspaces('wsp_a')
    const sealed = await seal.sealRecord(store.db, place, bytes('credential'))
    expect(text(await seal.openRecord(store.db, place, sealed))).toBe('credential')
    expect(text(await (await open()).openRecord(store.db, place, sealed))).toBe('credential')
  })

  test('of another workspace, record or version does not open', async () => {
    const seal = await openWithWorkspaces('wsp_a', 'wsp_b')
    const sealed = await seal.sealRecord(store.db, place, bytes('credential'))
    for (const change of [
      { workspaceId: 'wsp_b' },
      { recordId: 'pvk_2' },
      { version: 2 },
      { kind: 'other' },
      { table: 'vault_other' },
    ]) {
      await expect(seal.openRecord(store.db, { ...place, ...change }, sealed)).rejects.toThrow(unreadable)
    }
  })

  test('does not open when the keys of two workspaces are swapped in the table', async () => {
    const seal = await openWithWorkspaces('wsp_a', 'wsp_b')
    const sealed = await seal.sealRecord(store.db, place, bytes('credential'))
    await sql`update seal_key mine set wrapped = yours.wrapped, check_value = yours.check_value from seal_key yours
      where mine.purpose = 'kek' and yours.purpose = 'kek' and mine.scope <> yours.scope`.execute(store.db)
    for (const server of [seal, await open()])
      await expect(server.openRecord(store.db, place, sealed)).rejects.toThrow(unreadable)
  })

  test('needs a workspace with keys', async () => {
    const seal = await open()
    await expect(seal.sealRecord(store.db, place, bytes('x'))).rejects.toThrow(
      expect.objectContaining({ reason: 'key_missing' }),
    )
  })

  test('is sealed under the key that was committed, not under one that was rolled back', async () => {
    const seal = await open()
    const failed = store.transaction(async (tx) => {
      await seal.ensureWorkspace(tx, 'wsp_a')
      await seal.sealRecord(tx, place, bytes('never stored'))
      throw new Error('rolled back')
    })
    await expect(failed).rejects.toThrow('rolled back')
    const sealed = await store.transaction(async (tx) => {
      await seal.ensureWorkspace(tx, 'wsp_a')
      return seal.sealRecord(tx, place, bytes('stored'))
    })
    expect(text(await seal.openRecord(store.db, place, sealed))).toBe('stored')
    expect(text(await (await open()).openRecord(store.db, place, sealed))).toBe('stored')
  })
})

describe('the pepper', () => {
  test('that is rotated leaves digests under the old one readable, and other servers learn the new one', async () => {
    const seal = await open()
    const other = await open()
    const before = seal.digest('secret')
    await store.transaction((tx) => seal.rotatePepper(tx))
    expect(seal.digest('secret')).toEqual(before)
    await seal.refresh()
    const after = seal.digest('secret')
    expect(after.pepperVersion).toBe(before.pepperVersion + 1)
    expect(after.digest).not.toEqual(before.digest)
    expect(seal.digestUnder(before.pepperVersion, 'secret')).toEqual(before.digest)
    expect(other.digestUnder(after.pepperVersion, 'secret')).toBeUndefined()
    await Promise.all([other.refresh(), other.refresh(), other.refresh()])
    expect(other.digestUnder(after.pepperVersion, 'secret')).toEqual(after.digest)
  })

  test('of a rotation that was rolled back is never used', async () => {
    const seal = await open()
    const rotation = store.transaction(async (tx) => {
      await seal.rotatePepper(tx)
      throw new Error('rolled back')
    })
    await expect(rotation).rejects.toThrow('rolled back')
    await seal.refresh()
    expect(seal.digest('x').pepperVersion).toBe(1)
  })

  test('that nothing needs any more is destroyed, the current one never', async () => {
    const seal = await open()
    for (let rotation = 0; rotation < 2; rotation += 1) await store.transaction((tx) => seal.rotatePepper(tx))
    // Another process may not have heard of the rotation yet, and hash with the old one for a moment.
    expect(await store.transaction((tx) => seal.destroyPeppers(tx, new Set([2])))).toEqual([])
    await anHourPasses()
    expect(await store.transaction((tx) => seal.destroyPeppers(tx, new Set([2])))).toEqual([1])
    await seal.refresh()
    expect(seal.digestUnder(1, 'x')).toBeUndefined()
    expect(seal.digestUnder(2, 'x')).toBeDefined()
    expect(seal.digest('x').pepperVersion).toBe(3)
  })
})

describe('a rotation', () => {
  test('of the keyring rewraps every key, destroys the old term and loses nothing', async () => {
    const seal = await openWithWorkspaces('wsp_a', 'wsp_b', 'wsp_c')
    const other = await open()
    const sealed = await seal.sealRecord(store.db, place, bytes('credential'))
    const digest = seal.digest('x')
    expect(await store.transaction((tx) => seal.rotateKeyring(tx))).toMatchObject({ version: 2 })
    let rewrapped = 0
    for (let batch = -1; batch !== 0; rewrapped += batch)
      batch = await store.transaction((tx) => seal.rewrapKeys(tx, 3))
    expect(rewrapped).toBe(3 * 2 + 4)
    expect(await keys('term')).toEqual([
      { version: 1, state: 'destroyed', bytes: 0 },
      { version: 2, state: 'current', bytes: 92 },
    ])
    for (const server of [seal, other, await open()]) {
      expect(text(await server.openRecord(store.db, place, sealed))).toBe('credential')
      expect(server.digest('x')).toEqual(digest)
      expect((await server.checkAll()).filter((check) => check.problem !== undefined)).toEqual([])
    }
    // A server that was there before makes and finds keys under the new term.
    await store.transaction((tx) => other.ensureWorkspace(tx, 'wsp_new'))
    const added = await other.sealRecord(store.db, { ...place, workspaceId: 'wsp_new' }, bytes('new'))
    expect(text(await seal.openRecord(store.db, { ...place, workspaceId: 'wsp_new' }, added))).toBe('new')
  })

  test('of the root key loses nothing', async () => {
    const seal = await openWithWorkspaces('wsp_a')
    const other = await open()
    const sealed = await seal.sealRecord(store.db, place, bytes('credential'))
    await store.transaction((tx) => seal.rotateRoot(tx))
    expect(await keys('root')).toEqual([
      { version: 1, state: 'destroyed', bytes: 0 },
      { version: 2, state: 'current', bytes: 92 },
    ])
    for (const server of [seal, other, await open()]) {
      expect(text(await server.openRecord(store.db, place, sealed))).toBe('credential')
      expect((await server.checkAll()).filter((check) => check.problem !== undefined)).toEqual([])
    }
  })

  test("of a workspace's key leaves old records readable until they are sealed anew and the key is destroyed", async () => {
    const seal = await openWithWorkspaces('wsp_a')
    const old = await seal.sealRecord(store.db, place, bytes('credential'))
    await store.transaction((tx) => seal.rotateWorkspaceKey(tx, 'wsp_a'))
    expect(text(await seal.openRecord(store.db, place, old))).toBe('credential')
    const anew = await seal.resealRecord(store.db, place, old)
    await anHourPasses()
    expect(await store.transaction((tx) => seal.destroyWorkspaceKeys(tx, 'wsp_a', new Set()))).toEqual([1])
    for (const server of [seal, await open()]) {
      expect(text(await server.openRecord(store.db, place, anew))).toBe('credential')
      await expect(server.openRecord(store.db, place, old)).rejects.toThrow(
        expect.objectContaining({ reason: 'key_missing' }),
      )
    }
  })

  test('of the seal takes effect with the start that has the new key file, and shuts the old one out', async () => {
    const seal = await openWithWorkspaces('wsp_a')
    const sealed = await seal.sealRecord(store.db, place, bytes('credential'))
    const next = join(dirname(store.config.sealKeyFile), 'seal-2.key')
    const { sealId } = await store.transaction((tx) => seal.stageKeyFile(tx, next))
    expect(await seal.status()).toMatchObject({ stagedSealId: sealId })
    await expect(store.transaction((tx) => seal.rotateRoot(tx))).rejects.toThrow('change of the seal is under way')
    // Nothing has changed yet for a server with the old file.
    expect(text(await (await open()).openRecord(store.db, place, sealed))).toBe('credential')
    const promoted = await openSeal(store, { ...store.config, sealKeyFile: next }, silentLog)
    opened.push(promoted)
    expect(text(await promoted.openRecord(store.db, place, sealed))).toBe('credential')
    expect(await promoted.status()).toMatchObject({ sealId, stagedSealId: undefined })
    await expect(open()).rejects.toThrow(expect.objectContaining({ code: 'seal_key_wrong' }))
  })
})

test('two rotations at once make two versions', async () => {
  const seal = await open()
  const other = await open()
  await Promise.all([seal, other, seal].map((server) => store.transaction((tx) => server.rotateKeyring(tx))))
  expect(await keys('term')).toMatchObject([
    { state: 'retired' },
    { state: 'retired' },
    { state: 'retired' },
    { version: 4, state: 'current' },
  ])
})

describe('operation counters', () => {
  const few = { rotateAtOperations: 100, refuseAtOperations: 1_000, blockOperations: 10, uncountedOperations: 4 }

  test('count at least what was done, without a write for each operation', async () => {
    const seal = await open({
      wearLimits: { ...few, rotateAtOperations: 1_000_000, refuseAtOperations: 2_000_000, blockOperations: 50 },
    })
    await store.transaction((tx) => seal.ensureWorkspace(tx, 'wsp_a'))
    for (let count = 0; count < 200; count += 1) await seal.sealRecord(store.db, place, bytes('x'))
    await seal.close()
    const { rows } = await sql<{ operations: number }>`select operations from seal_key where purpose = 'kek'`.execute(
      store.db,
    )
    const counted = rows[0]?.operations ?? 0
    expect(counted).toBeGreaterThanOrEqual(200)
    // Each write counts a block of 50 and what was owed: so few writes that blocks are all there is.
    expect(counted).toBeLessThanOrEqual(200 + 2 * 50)
  })

  test('have a worn-out workspace key rotated by itself, and say so in the same transaction', async () => {
    const rotations: AutomaticRotation[] = []
    const seal = await open({ wearLimits: few, onRotated: async (_tx, rotation) => void rotations.push(rotation) })
    await store.transaction((tx) => seal.ensureWorkspace(tx, 'wsp_a'))
    const sealed: Uint8Array[] = []
    for (let count = 0; count < 150; count += 1)
      sealed.push(await seal.sealRecord(store.db, place, bytes(`value ${count}`)))
    await seal.maintain()
    expect(rotations[0]).toEqual({ purpose: 'kek', workspaceId: 'wsp_a', version: 2 })
    for (const [index, record] of sealed.entries())
      expect(text(await seal.openRecord(store.db, place, record))).toBe(`value ${index}`)
  })

  test('have a worn-out term and root key rotated by themselves', async () => {
    const rotated: string[] = []
    const seal = await open({ wearLimits: few, onRotated: async (_tx, { purpose }) => void rotated.push(purpose) })
    await sql`update seal_key set operations = 98 where purpose = 'term'`.execute(store.db)
    await store.transaction((tx) => seal.ensureWorkspace(tx, 'wsp_a'))
    await expect
      .poll(() => keys('term'))
      .toEqual([
        { version: 1, state: 'destroyed', bytes: 0 },
        { version: 2, state: 'current', bytes: 92 },
      ])
    expect(rotated).toEqual(['term'])
    await sql`update seal_key set operations = 100 where purpose = 'root'`.execute(store.db)
    await seal.maintain()
    expect(rotated).toEqual(['term', 'root'])
    expect((await seal.checkAll()).filter((check) => check.problem !== undefined)).toEqual([])
  })

  test('stop a key that has reached the bound', async () => {
    const seal = await openWithWorkspaces('wsp_a')
    await sql`update seal_key set operations = 4294967296 where purpose = 'kek'`.execute(store.db)
    await expect(seal.sealRecord(store.db, place, bytes('x'))).rejects.toThrow(
      expect.objectContaining({ reason: 'key_worn_out' }),
    )
    await expect
      .poll(() => keys('kek'))
      .toMatchObject([
        { version: 1, state: 'retired' },
        { version: 2, state: 'current' },
      ])
    expect(await seal.sealRecord(store.db, place, bytes('x'))).toBeDefined()
  })
})

describe('doctor', () => {
  test.each(['wrapped', 'check_value'])('finds every key whose %s was changed', async (column) => {
    const seal = await openWithWorkspaces('wsp_a')
    await sql`update seal_key set ${sql.ref(column)} = set_byte(${sql.ref(column)}, 3, get_byte(${sql.ref(column)}, 3) # 128)
      where purpose in ('kek', 'audit', 'pepper', 'identity')`.execute(store.db)
    const checks = await seal.checkAll()
    const broken = checks.filter((check) => check.problem !== undefined).map((check) => check.keyId)
    expect(broken).toEqual(['audit/1', 'audit/wsp_a/1', 'identity/1', 'identity/2', 'kek/wsp_a/1', 'pepper/1'])
    expect(checks.map((check) => check.keyId)).toEqual([...broken, 'root/1', 'term/1'])
  })

  test('finds a key that was put under another parent', async () => {
    const seal = await openWithWorkspaces('wsp_a')
    for (const parent of ['root/1', 'term/2', 'term/x', 'kek/wsp_a/1']) {
      await sql`update seal_key set parent = ${parent} where purpose = 'kek'`.execute(store.db)
      const broken = (await seal.checkAll()).filter((check) => check.problem !== undefined)
      expect(broken.map((check) => check.keyId)).toEqual(['kek/wsp_a/1'])
    }
  })

  test('opens a sample of every kind that was registered', async () => {
    const seal = await openWithWorkspaces('wsp_a')
    const sealed = await seal.sealRecord(store.db, place, bytes('credential'))
    seal.registerSample('good', async () => ({ place, sealed }))
    seal.registerSample('none', async () => undefined)
    seal.registerSample('moved', async () => ({ place: { ...place, recordId: 'pvk_9' }, sealed }))
    expect(await seal.openSamples()).toEqual([
      { kind: 'good', outcome: 'opened', problem: undefined },
      { kind: 'none', outcome: 'none', problem: undefined },
      { kind: 'moved', outcome: 'failed', problem: expect.stringContaining('another') },
    ])
  })
})

test('audit hashes differ between workspaces and are the same on every server', async () => {
  const seal = await openWithWorkspaces('wsp_a', 'wsp_b')
  const hashOf = async (server: Seal, workspaceId: string | undefined): Promise<string> =>
    (await server.auditHasher(store.db, workspaceId))('value')
  const a = await hashOf(seal, 'wsp_a')
  expect(a).toMatch(/^hmac-sha256:[0-9a-f]{64}$/)
  expect(await hashOf(await open(), 'wsp_a')).toBe(a)
  expect(new Set([a, await hashOf(seal, 'wsp_b'), await hashOf(seal, undefined)]).size).toBe(3)
})

test('whoever holds a transaction finds the seal of its database', async () => {
  const seal = await open()
  expect(sealOf(store.db)).toBe(seal)
  await store.transaction(async (tx) => expect(sealOf(tx)).toBe(seal))
  const other = await openTestStore()
  expect(() => sealOf(other.db)).toThrow(expect.objectContaining({ reason: 'misuse' }))
  await other.dispose()
})

/** For keys that are retired already. */
async function anHourPasses(): Promise<void> {
  await sql`update seal_key set retired_at = retired_at - interval '61 minutes'`.execute(store.db)
}

async function keys(purpose: string): Promise<readonly unknown[]> {
  const { rows } =
    await sql`select version, state, octet_length(wrapped) as bytes from seal_key where purpose = ${purpose} order by version`.execute(
      store.db,
    )
  return rows
}

function keyFile() {
  const path = store.config.sealKeyFile
  return {
    write: (content: Uint8Array) => writeFileSync(path, content, { mode: 0o600 }),
    read: () => readFileSync(path),
    remove: () => rmSync(path),
    exists: () => existsSync(path),
    mode: (mode: number) => chmodSync(path, mode),
  }
}
