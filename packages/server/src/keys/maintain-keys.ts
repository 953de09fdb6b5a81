/** What happens to keys by itself, on the workers: unused ones fall asleep, deleted ones are purged. */
import { appendEntry, type Actor } from '#audit'
import { appendChange } from '#feed'
import { dormancyRules } from '#identity'
import type { Log, Store, Tx } from '#store'
import { resumeOrders } from './carry-out-order.ts'
import {
  deleteKeyRows,
  lockPurgeable,
  markDormant,
  selectIdleKeys,
  selectWorkspacesWithDormancy,
  type Dormancy,
} from './rows-lifecycle.ts'
import { forgetEarlierIds } from './rows-import.ts'
import { deleteVoidPreviews } from './rows-orders.ts'
import { deleteSeenIps } from './rows-uses.ts'

/** An order that was not finished by whoever took it goes on after this. */
const ORDERS_EVERY_MS = 10_000
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** Also the longest list of ids that an audit entry shows. */
const BATCH_KEYS = 200
const LOOK_AHEAD_KEYS = 5_000
/** Addresses are personal: they go when no order asks for them any more. */
export const SEEN_IPS_KEPT_DAYS = 90

/** What the jobs of this room need. */
export interface KeysJobsRoom {
  readonly store: Store
  readonly nowMs: () => number
}

export function registerKeysJobs(room: KeysJobsRoom & { readonly log: Log }): void {
  // What a crash left is not kept waiting until the run that died with it is given up.
  resumeOrders(room).catch((cause: unknown) =>
    room.log.warn({ err: cause }, 'orders on many keys could not go on at once; the job goes on with them'),
  )
  room.store.jobs.every('keys_orders', ORDERS_EVERY_MS, async () => void (await resumeOrders(room)))
  room.store.jobs.every('keys_maintain', HOUR_MS, async () => {
    await sleepIdleKeys(room)
    await purgeDeletedKeys(room)
    await forgetEarlierIds(room.store.db, new Date(room.nowMs() - DAY_MS))
    await deleteVoidPreviews(room.store.db, new Date(room.nowMs()))
    await deleteSeenIps(room.store.db, new Date(room.nowMs() - SEEN_IPS_KEPT_DAYS * DAY_MS))
  })
}

/** Marks keys that were not used for too long: from then on they refuse with `key_dormant`. @returns how many */
export async function sleepIdleKeys({ store, nowMs }: KeysJobsRoom): Promise<number> {
  const defaults = new Map((await dormancyRules(store.db)).map((rule) => [rule.workspaceId, rule.dormantAfterDays]))
  let marked = 0
  for (const workspaceId of new Set([...defaults.keys(), ...(await selectWorkspacesWithDormancy(store.db))])) {
    const dormancy = { workspaceId, defaultDays: defaults.get(workspaceId) ?? null, now: new Date(nowMs()) }
    marked += await sleepWorkspace(store, dormancy)
  }
  return marked
}

async function sleepWorkspace(store: Store, dormancy: Dormancy): Promise<number> {
  let marked = 0
  for (;;) {
    const idle = await selectIdleKeys(store.db, dormancy, LOOK_AHEAD_KEYS)
    let markedNow = 0
    for (const ids of chunks(idle)) markedNow += await store.transaction(async (tx) => sleepBatch(tx, dormancy, ids))
    marked += markedNow
    if (markedNow === 0) return marked
  }
}

async function sleepBatch(tx: Tx, dormancy: Dormancy, ids: readonly string[]): Promise<number> {
  const { workspaceId } = dormancy
  const marked = await markDormant(tx, dormancy, ids)
  if (marked.length === 0) return 0
  const happened: Happened = { workspaceId, operation: 'keys.sleep', keyIds: marked }
  await record(tx, happened)
  await tell(tx, happened)
  return marked.length
}

/** Removes deleted keys whose window is over. @returns how many */
export async function purgeDeletedKeys({ store, nowMs }: KeysJobsRoom): Promise<number> {
  let purged = 0
  for (;;) {
    const keys = await store.transaction(async (tx) => purgeBatch(tx, new Date(nowMs())))
    purged += keys
    if (keys < BATCH_KEYS) return purged
  }
}

async function purgeBatch(tx: Tx, now: Date): Promise<number> {
  const keys = await lockPurgeable(tx, now, BATCH_KEYS)
  if (keys.length === 0) return 0
  await deleteKeyRows(
    tx,
    keys.map((key) => key.id),
  )
  const purged = [...Map.groupBy(keys, (key) => key.workspaceId)].map(([workspaceId, ofIt]): Happened => ({
    workspaceId,
    operation: 'keys.purge',
    keyIds: ofIt.map((key) => key.id),
  }))
  for (const happened of purged) await record(tx, happened)
  for (const happened of purged) await tell(tx, happened)
  return keys.length
}

interface Happened {
  readonly workspaceId: string
  readonly operation: 'keys.sleep' | 'keys.purge'
  readonly keyIds: readonly string[]
}

async function record(tx: Tx, { workspaceId, operation, keyIds }: Happened): Promise<void> {
  const actor: Actor = { type: 'system', id: 'keys' }
  await appendEntry(tx, {
    workspaceId,
    actor,
    operation,
    outcome: 'success',
    status: 200,
    resource: { type: 'key_batch', id: keyIds[0] ?? '' },
    values: { key_ids: keyIds },
  })
}

async function tell(tx: Tx, { workspaceId, keyIds }: Happened): Promise<void> {
  await appendChange(tx, {
    workspaceId,
    kind: 'edit',
    subjectType: 'key_batch',
    subjectId: keyIds[0] ?? '',
    detail: { key_ids: keyIds },
  })
}

function* chunks(ids: readonly string[]): Generator<readonly string[]> {
  for (let from = 0; from < ids.length; from += BATCH_KEYS) yield ids.slice(from, from + BATCH_KEYS)
}
