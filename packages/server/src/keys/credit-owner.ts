/** Who may have a balance of credits: keys, and apps. */
import { ClavigerError } from '@claviger/core'
import { beyondBounds } from '#identity'
import type { Caller, KeysRoom } from './room.ts'
import { selectKey } from './rows.ts'

/**
 * Whether the workspace has that key or app.
 *
 * @param giving `giving`: units are given to it
 * @throws ClavigerError `permission_missing` when units are given to what lies beyond the bounds of the caller's admin key
 */
export async function findCreditOwner(
  { store, findApp }: Pick<KeysRoom, 'store' | 'findApp'>,
  caller: Caller,
  { id, purpose }: { readonly id: string; readonly purpose: 'giving' | 'looking' },
): Promise<boolean> {
  const { workspaceId } = caller
  const key = id.startsWith('key_') ? await selectKey(store.db, workspaceId, id) : undefined
  if (key === undefined && (await findApp(store.db, workspaceId, id)) === undefined) return false
  if (purpose === 'giving' && isBeyond(caller, key))
    throw new ClavigerError(
      'permission_missing',
      `Your admin key is held to apis or scopes, and ${id} is not within them: it may not be given credits.`,
    )
  return true
}

/** An app's balance pays for all of its keys: no bound of apis or scopes holds it. */
function isBeyond(
  { operator }: Caller,
  key: { readonly api_ids: readonly string[]; readonly scopes: readonly string[] } | undefined,
): boolean {
  if (operator === undefined) return false
  const { bounds } = operator
  if (key === undefined) return bounds.apiIds !== undefined || bounds.scopes !== undefined
  return beyondBounds(bounds, { apiIds: key.api_ids, scopes: key.scopes }).length > 0
}
