/** Puts together what stands about keys in several places: their versions, their last use, whoever owns their app. */
import { appOwners } from '#identity'
import type { Db } from '#store'
import { keyFromRows, type Key } from './key.ts'
import { selectLastUses } from './rows-uses.ts'
import { selectVersions, type KeyRow } from './rows.ts'

/** In the order of the rows. One statement after the other: a transaction has one connection. */
export async function describeKeys(db: Db, rows: readonly KeyRow[]): Promise<readonly Key[]> {
  const ids = rows.map((row) => row.id)
  const versions = Map.groupBy(await selectVersions(db, ids), (version) => version.key_id)
  const uses = await selectLastUses(db, ids)
  const owners = await appOwners(db, [...new Set(rows.map((row) => row.app_id))])
  return rows.map((row) =>
    keyFromRows(row, {
      versions: versions.get(row.id) ?? [],
      lastUsedAt: uses.get(row.id) ?? null,
      appOwner: owners.get(row.app_id) ?? '',
    }),
  )
}

export async function describeKey(db: Db, row: KeyRow): Promise<Key> {
  const [key] = await describeKeys(db, [row])
  if (key === undefined) throw new Error('one row describes one key')
  return key
}
