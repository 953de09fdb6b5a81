/**
 * The parts of a decision as they are, and as a change would make them. The change is judged as if it were made; nothing
 * is written.
 */
import type { z } from 'zod'
import { ClavigerError, type ApiPart, type KeyPart, type PlanPart } from '@claviger/core'
import { limitsToColumn } from '#usage'
import { changedApiColumns } from './apis.ts'
import { apiChangeFromWire, keyChangeFromWire, type ApiPatch, type KeyPatch } from './change-from-wire.ts'
import { compileApi, compilePlan } from './compile.ts'
import type { KeysRoom } from './room.ts'
import { selectApi, selectKey } from './rows.ts'
import { selectPlan } from './rows-plans.ts'
import type { planPatch } from './schemas-plans.ts'
import type { KeySnapshots } from './snapshots.ts'
import { changedKeyColumns } from './update-key.ts'

export interface Compared<Part> {
  readonly unchanged: Part
  readonly changed: Part
}

export interface CompileKeyRoom extends KeysRoom {
  readonly snapshots: Pick<KeySnapshots, 'read'>
}

/** @throws ClavigerError `not_found`, and `validation_failed` for a change that could not be made */
export async function compileKeyWith(
  room: CompileKeyRoom,
  target: { readonly workspaceId: string; readonly keyId: string },
  patch: KeyPatch,
): Promise<Compared<KeyPart>> {
  const { workspaceId, keyId } = target
  const row = await selectKey(room.store.db, workspaceId, keyId)
  if (row === undefined) throw unknown('key', keyId)
  const columns = await changedKeyColumns(room, room.store.db, row, keyChangeFromWire(patch))
  // written as text, read as what it says
  const edit = { ...columns, ...(patch.restrictions !== undefined && { restrictions: patch.restrictions }) }
  const unchanged = (await room.snapshots.read(workspaceId, [keyId])).get(keyId)
  const changed = (await room.snapshots.read(workspaceId, [keyId], edit)).get(keyId)
  if (unchanged === undefined || changed === undefined) throw unknown('key', keyId)
  return { unchanged, changed }
}

/** @throws ClavigerError `not_found` */
export async function compileApiWith(
  room: KeysRoom,
  target: { readonly workspaceId: string; readonly apiId: string },
  patch: ApiPatch,
): Promise<Compared<ApiPart>> {
  const row = await selectApi(room.store.db, target.workspaceId, target.apiId)
  if (row === undefined) throw unknown('api', target.apiId)
  const edit = changedApiColumns(row, apiChangeFromWire(patch), new Date(room.nowMs()))
  const changed = { ...row, ...edit, ...(patch.maximum !== undefined && { maximum: patch.maximum }) }
  return { unchanged: compileApi(row), changed: compileApi(changed) }
}

export type PlanPatch = z.output<typeof planPatch>

/** @throws ClavigerError `not_found` */
export async function compilePlanWith(
  room: KeysRoom,
  target: { readonly workspaceId: string; readonly planId: string },
  patch: PlanPatch,
): Promise<Compared<PlanPart>> {
  const row = await selectPlan(room.store.db, target.workspaceId, target.planId)
  if (row === undefined) throw unknown('plan', target.planId)
  const limits = patch.limits === undefined ? row.limits : limitsToColumn(patch.limits)
  return { unchanged: compilePlan(row), changed: compilePlan({ ...row, limits }) }
}

function unknown(what: 'key' | 'api' | 'plan', id: string): ClavigerError {
  return new ClavigerError('not_found', `There is no ${what} ${id}.`)
}
