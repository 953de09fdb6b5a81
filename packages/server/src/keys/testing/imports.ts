/** Imports of hashes, for tests. */
import type { ImportItem, ImportedKey } from '../import-batch.ts'
import { importKeys, type Imported, type KeyImport } from '../import-keys.ts'
import type { TestKeys } from './open-keys.ts'

export const itemOf = (hash: string, members: Partial<ImportedKey> = {}): ImportItem => ({
  kind: 'key',
  key: {
    hash,
    name: 'imported',
    owner: null,
    tags: [],
    environment: 'live',
    scopes: ['a.read'],
    roleIds: [],
    limits: [],
    planId: null,
    metadata: {},
    disabled: false,
    start: null,
    lastFour: null,
    notBefore: null,
    expiresAt: null,
    ...members,
  },
})

/** Imports, and waits until the snapshots have heard of it. */
export async function takeInto(
  it: TestKeys,
  items: readonly ImportItem[],
  members: Partial<KeyImport> = {},
  caller = it.caller,
): Promise<Imported> {
  const usual = { appId: it.appId, apiIds: [it.apiId], algorithm: 'sha256', encoding: 'hex', planId: null } as const
  const imported = await importKeys(it.room, caller, { ...usual, items, ...members })
  await it.identity.feed.reached(imported.position)
  return imported
}

/** The id of the one key of an import. */
export function idOf({ outcomes }: Imported): string {
  const [first] = outcomes
  if (first?.outcome !== 'created') throw new Error(`nothing was made: ${JSON.stringify(outcomes)}`)
  return first.keyId
}

export async function versionRow(it: TestKeys, keyId: string): Promise<Readonly<Record<string, unknown>>> {
  const [row] = await it.identity.store.raw('select * from keys_version where key_id = $1 order by number', [keyId])
  return row ?? {}
}

/** Waits until the snapshots have heard of all that was told so far. */
export async function caughtUp(it: TestKeys): Promise<void> {
  const [row] = await it.identity.store.raw('select feed_position() as position', [])
  await it.identity.feed.reached(Number(row?.['position']))
}
