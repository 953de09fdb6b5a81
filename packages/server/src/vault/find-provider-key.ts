/** What other rooms may know of a provider key: where it may be sent, never what it is. */
import type { Place } from '#seal'
import type { Db } from '#store'
import { selectProviderKey, selectSealedSample } from './rows.ts'
import { placeOf } from './sealed-secret.ts'

export async function findProviderKey(
  db: Db,
  workspaceId: string,
  id: string,
): Promise<{ readonly id: string; readonly origins: readonly string[] } | undefined> {
  const row = await selectProviderKey(db, workspaceId, id)
  return row === undefined ? undefined : { id: row.id, origins: row.origins }
}

/** The newest ciphertexts of this room, for `doctor` to open. */
export async function sampleProviderKeys(db: Db, count: number): Promise<readonly { readonly place: Place; readonly sealed: Uint8Array }[]> {
  const rows = await selectSealedSample(db, count)
  return rows.map((row) => ({
    place: placeOf({ workspaceId: row.workspace_id, providerKeyId: row.provider_key_id, version: row.version }),
    sealed: row.sealed,
  }))
}
