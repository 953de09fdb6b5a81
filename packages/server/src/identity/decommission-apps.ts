/** Ends apps for good: they are disabled and cannot be enabled again. Their keys are ended by whoever calls this. */
import { appendEntry } from '#audit'
import { appendChange } from '#feed'
import type { Tx } from '#store'
import type { Caller } from './room.ts'
import { lockApps, updateAppRow, type AppRow } from './rows.ts'

export type EndedApp = Pick<AppRow, 'id' | 'name' | 'owner'>

/**
 * In the caller's transaction. Every key of the apps refuses, and their open streams are cut, when it commits; no key can
 * be made for them afterwards, and who was making one has committed before. Apps that are decommissioned stay as they are.
 *
 * @param announce is called when the apps are locked, before the feed is: for rows and entries of the same transaction
 * @returns where the last change stands in the feed; 0: there was none
 */
export async function decommissionApps(
  tx: Tx,
  caller: Caller,
  apps: { readonly ids: readonly string[]; readonly now: Date },
  announce: (locked: readonly EndedApp[]) => Promise<void>,
): Promise<number> {
  const locked = await lockApps(tx, caller.workspaceId, apps.ids)
  await announce(locked)
  const ending = locked.filter((app) => app.decommissioned_at === null)
  for (const app of ending) {
    await updateAppRow(tx, app.id, {
      disabled_at: app.disabled_at ?? apps.now,
      decommissioned_at: apps.now,
      updated_at: apps.now,
    })
    await appendEntry(tx, {
      workspaceId: caller.workspaceId,
      actor: caller.actor,
      operation: 'apps.decommission',
      outcome: 'success',
      status: 200,
      resource: { type: 'app', id: app.id },
    })
  }
  let position = 0
  for (const app of ending) {
    position = await appendChange(tx, {
      workspaceId: caller.workspaceId,
      kind: 'revocation',
      subjectType: 'app',
      subjectId: app.id,
      detail: { disabled: true },
    })
  }
  return position
}
