/**
 * What an operator with bounds may do to an api, a plan or an app of whose keys one may more than they could grant: make it
 * stricter, and nothing else. What they may not do to such a key alone, they may not do to it by what it stands on.
 */
import { ClavigerError } from '@claviger/core'
import { isBounded, covers } from '#identity'
import type { Db, Tx } from '#store'
import { rolesBeyondBounds } from './check-roles.ts'
import type { Caller } from './room.ts'
import { anyBeyondApis, rolesOfHeld, scopesOfHeld, type Holder } from './rows-held.ts'
import { shareRoles } from './rows-roles.ts'

/**
 * @param looser members of the change, as on the wire, that let its keys do what they may not do now
 * @throws ClavigerError `permission_missing` when a living key of it may more than the caller could grant
 */
export async function refuseLooser(tx: Tx, caller: Caller, holder: Holder, looser: readonly string[]): Promise<void> {
  if (looser.length === 0 || !(await holdsBeyond(tx, caller, holder))) return
  throw new ClavigerError(
    'permission_missing',
    `Keys of ${holder.id} may more than your admin key may grant, so you may not change its ${looser.join(', ')} so.`,
  )
}

/** Of an app, for the room that has apps. */
export const refuseLooserApp = async (
  tx: Tx,
  caller: Caller,
  appId: string,
  looser: readonly string[],
): Promise<void> => refuseLooser(tx, caller, { kind: 'app', id: appId }, looser)

async function holdsBeyond(db: Db, caller: Caller, holder: Holder): Promise<boolean> {
  const bounds = caller.operator?.bounds
  if (bounds === undefined || !isBounded(bounds)) return false
  const { workspaceId } = caller
  const { apiIds, scopes } = bounds
  if (apiIds !== undefined && (await anyBeyondApis(db, workspaceId, holder, [...apiIds]))) return true
  if (scopes === undefined) return false
  if ((await scopesOfHeld(db, workspaceId, holder)).some((scope) => !covers(scopes, scope))) return true
  const roles = await shareRoles(db, workspaceId, await rolesOfHeld(db, workspaceId, holder))
  return rolesBeyondBounds(caller, [...roles.values()]).length > 0
}
