/** Whether a key may more than somebody may grant: by its apis, by its own scopes, or by those of its roles. */
import { beyondBounds, isBounded } from '#identity'
import type { Db } from '#store'
import { rolesBeyondBounds } from './check-roles.ts'
import type { Caller } from './room.ts'
import { shareRoles } from './rows-roles.ts'
import type { KeyRow } from './rows.ts'

export type Held = Pick<KeyRow, 'workspace_id' | 'api_ids' | 'scopes' | 'role_ids'>

/** In a transaction the roles stay as they are until that ends. */
export async function isBeyondCaller(db: Db, caller: Caller, row: Held): Promise<boolean> {
  const bounds = caller.operator?.bounds
  if (bounds === undefined || !isBounded(bounds)) return false
  if (beyondBounds(bounds, { apiIds: row.api_ids, scopes: row.scopes }).length > 0) return true
  // one that was deleted meanwhile gives nothing
  const roles = await shareRoles(db, row.workspace_id, row.role_ids)
  return rolesBeyondBounds(caller, [...roles.values()]).length > 0
}
