/** Who may have a balance of credits: keys, and apps. */
import { ClavigerError } from '@claviger/core'
import { isBounded } from '#identity'
import type { Db } from '#store'
import { isBeyondCaller } from './beyond-caller.ts'
import type { Caller, KeysRoom } from './room.ts'
import { selectKey, type KeyRow } from './rows.ts'

/**
 * Whether the workspace has that key or app.
 *
 * @param owner.purpose `giving`: units are to be given to it; `looking`: nothing is
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
  if (purpose === 'giving' && (await isBeyond(store.db, caller, key)))
    throw new ClavigerError(
      'permission_missing',
      `Your admin key is held to apis or scopes, and ${id} is not within them: it may not be given credits.`,
    )
  return true
}

/** An app's balance pays for all of its keys: no bound of apis or scopes holds it. */
async function isBeyond(db: Db, caller: Caller, key: KeyRow | undefined): Promise<boolean> {
  if (key !== undefined) return isBeyondCaller(db, caller, key)
  return caller.operator !== undefined && isBounded(caller.operator.bounds)
}
