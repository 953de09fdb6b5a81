/** The door of `keys`: apis, keys, versions, and what the data plane knows of them. */
import type { Db } from '#store'
import { apiFromRow, type Api } from './apis.ts'
import { selectApi } from './rows.ts'

export { ApiNames } from './api-names.ts'
export type { ApiPatch, KeyPatch } from './change-from-wire.ts'
export { findCreditOwner } from './credit-owner.ts'
export { findOwnIds } from './find-own-ids.ts'
export { feedLossPolicy } from './compile.ts'
export {
  compileApiWith,
  compileKeyWith,
  compilePlanWith,
  compileRoleWith,
  type CompileKeyRoom,
  type Compared,
  type PlanPatch,
} from './compile-with.ts'
export { registerKeysJobs } from './maintain-keys.ts'
export { UseRecorder } from './record-uses.ts'
export type { Caller, KeysRoom, KeysRoutesRoom } from './room.ts'
export { keysOperations } from './routes.ts'
export { apiPatch, feedLoss, feedLossFromWire, feedLossToWire, keyPatch, revocationBoundSeconds } from './schemas.ts'
export { limitFacts, verifyBody } from './schemas-verify.ts'
export { createApi } from './apis.ts'
export { refuseLooserApp } from './refuse-looser.ts'
export { hasPlan } from './rows-plans.ts'
export type { RoleChange } from './roles.ts'
export { selectKeyIdsOfRole as keyIdsOfRole } from './rows-roles.ts'
export { rolePatch } from './schemas-roles.ts'
export { planPatch } from './schemas-plans.ts'
export { selectPepperVersions as keyPepperVersions } from './rows.ts'
export { KeySnapshots, type KeySnapshotOptions } from './snapshots.ts'

/** The api of that id, if it is this workspace's and not deleted. */
export async function findApi(db: Db, workspaceId: string, apiId: string): Promise<Api | undefined> {
  const row = await selectApi(db, workspaceId, apiId)
  return row === undefined ? undefined : apiFromRow(row)
}
