/** What other rooms may know of a provider key: where it may be sent, never what it is. */
import type { Seal } from '#seal'
import type { Db } from '#store'
import { selectProviderKey, selectNewestSealed } from './rows.ts'
import { placeOf, PROVIDER_KEY_KIND } from './sealed-secret.ts'

export async function findProviderKey(
  db: Db,
  workspaceId: string,
  id: string,
): Promise<{ readonly id: string; readonly origins: readonly string[] } | undefined> {
  const row = await selectProviderKey(db, workspaceId, id)
  return row === undefined ? undefined : { id: row.id, origins: row.origins }
}

/** Lets `doctor` open the newest secret of this room. To be called once at start. */
export function registerVaultSamples(seal: Seal): void {
  seal.registerSample(PROVIDER_KEY_KIND, async (db) => {
    const row = await selectNewestSealed(db)
    if (row === undefined) return undefined
    const place = placeOf({ workspaceId: row.workspace_id, providerKeyId: row.provider_key_id, version: row.version })
    return { place, sealed: row.sealed }
  })
}
