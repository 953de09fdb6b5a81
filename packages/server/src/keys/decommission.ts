/**
 * Ends an app, or everything that somebody owns: the apps at once, in one transaction, and then each of their keys. The
 * preview tells what that is; unlike a revocation by filter, keys that the apps were given since are ended too.
 */
import { ClavigerError } from '@claviger/core'
import { found } from '#edge'
import { decommissionApps, livingAppsOfOwner, selectApp, type EndedApp } from '#identity'
import type { Db, Tx } from '#store'
import { carryOut, startOrder, type GivenOrder } from './carry-out-order.ts'
import { resolveFilter, type ResolvedFilter } from './key-filter.ts'
import { previewOrder, type OrderPreview, type OrderSubject } from './preview-order.ts'
import { BATCHES_BEFORE_ANSWER } from './revoke-keys.ts'
import type { Caller, KeysRoom } from './room.ts'
import { digestItems, freezeKeys, selectOrder, updateOrder, type OrderRow } from './rows-orders.ts'

/** Whose end it is. */
export type Ending = { readonly appId: string } | { readonly owner: string }

export interface DecommissionPreview extends OrderPreview {
  readonly apps: readonly EndedApp[]
}

/** @throws ClavigerError `not_found` for an app that is not of this workspace */
export async function previewDecommission(
  room: KeysRoom,
  caller: Caller,
  ending: Ending,
): Promise<DecommissionPreview> {
  const apps = await appsOf(room.store.db, caller.workspaceId, ending)
  const ids = apps.map((app) => app.id)
  const preview = await previewOrder(room, caller, { subject: subjectOf(ending), appIds: ids }, async (tx) =>
    keysOf(tx, caller.workspaceId, { ending, appIds: ids }),
  )
  return { ...preview, apps }
}

/**
 * @throws ClavigerError as `startOrder` does; `conflict` too when the owner has other apps by now than those previewed
 */
export async function decommission(
  room: KeysRoom,
  caller: Caller,
  ending: Ending,
  given: Omit<GivenOrder, 'subject'>,
): Promise<OrderRow> {
  await appsOf(room.store.db, caller.workspaceId, ending)
  const order = await startOrder(room, caller, { ...given, subject: subjectOf(ending) }, async (tx, started) => {
    const appIds = started.app_ids
    const now = new Date(room.nowMs())
    const position = await decommissionApps(tx, caller, { ids: appIds, now }, async () => {
      await refuseOtherApps(tx, caller.workspaceId, ending, appIds)
      for (const filter of await keysOf(tx, caller.workspaceId, { ending, appIds })) {
        await freezeKeys(tx, started.id, filter)
      }
      await updateOrder(tx, started.id, { keys_total: (await digestItems(tx, started.id)).count })
    })
    return { position }
  })
  if (order.state === 'running') await carryOut(room, order, BATCHES_BEFORE_ANSWER)
  return (await selectOrder(room.store.db, order.id)) ?? order
}

function subjectOf(ending: Ending): OrderSubject {
  return 'appId' in ending
    ? { kind: 'decommission_app', members: { app_id: ending.appId } }
    : { kind: 'decommission_owner', members: { owner: ending.owner } }
}

async function appsOf(db: Db, workspaceId: string, ending: Ending): Promise<readonly EndedApp[]> {
  if ('owner' in ending) return livingAppsOfOwner(db, workspaceId, ending.owner)
  const app = found('app', ending.appId, await selectApp(db, workspaceId, ending.appId))
  return [app]
}

/** All keys of the apps, whoever owns them, and the owner's keys in apps of others. */
async function keysOf(
  db: Db,
  workspaceId: string,
  { ending, appIds }: { readonly ending: Ending; readonly appIds: readonly string[] },
): Promise<readonly ResolvedFilter[]> {
  const ofTheApps = await resolveFilter(db, workspaceId, { appIds })
  if ('appId' in ending) return [ofTheApps]
  return [ofTheApps, await resolveFilter(db, workspaceId, { owner: ending.owner })]
}

async function refuseOtherApps(tx: Tx, workspaceId: string, ending: Ending, previewed: readonly string[]) {
  if ('appId' in ending) return
  const now = (await livingAppsOfOwner(tx, workspaceId, ending.owner)).map((app) => app.id)
  if (now.join(' ') === previewed.toSorted().join(' ')) return
  throw new ClavigerError('conflict', 'The apps of this owner are not those of the preview any more. Preview again.')
}
