/** Models: a public name for deployments. Create, change, delete; audited and told in the same transaction. */
import { makeId } from '@claviger/core'
import { appendEntry } from '#audit'
import { atRevision, nameTaken } from '#edge'
import { appendChange } from '#feed'
import type { Caller } from '#keys'
import { checkTarget } from './check-target.ts'
import { modelFromRow } from './compile.ts'
import { changeAndApply, type DataplaneRoom, type Target } from './room.ts'
import { definedOf, guardColumns } from './routes-crud.ts'
import { deleteModelRow, insertModel, lockModel, modelNameTaken, updateModelRow } from './rows.ts'
import type { Model, ModelSettings } from './targets.ts'

/** @throws ClavigerError `validation_failed`; `conflict` when the workspace has a model of that name */
export async function createModel(room: DataplaneRoom, caller: Caller, wanted: ModelSettings): Promise<Model> {
  return changeAndApply(room, async (tx) => {
    const now = new Date(room.nowMs())
    await checkTarget(tx, caller.workspaceId, wanted, upstreamsOf(wanted))
    if (await modelNameTaken(tx, caller.workspaceId, wanted.name)) throw nameTaken('a model', wanted.name)
    const row = await insertModel(tx, {
      id: makeId('mdl', now.getTime(), room.seal.randomBytes(10)),
      workspace_id: caller.workspaceId,
      name: wanted.name,
      ...modelColumns(wanted),
      created_at: now,
      updated_at: now,
    })
    await appendEntry(tx, {
      workspaceId: caller.workspaceId,
      actor: caller.actor,
      operation: 'models.create',
      outcome: 'success',
      status: 201,
      resource: { type: 'model', id: row.id },
      values: { name: wanted.name, api_id: wanted.apiId, deployments: wanted.deployments },
    })
    const position = await appendChange(tx, {
      workspaceId: caller.workspaceId,
      kind: 'edit',
      subjectType: 'model',
      subjectId: row.id,
      detail: {},
    })
    return { result: modelFromRow(row), position }
  })
}

export async function updateModel(
  room: DataplaneRoom,
  caller: Caller,
  target: Target,
  change: { readonly [Name in keyof ModelSettings]?: ModelSettings[Name] | undefined },
): Promise<Model> {
  return changeAndApply(room, async (tx) => {
    const now = new Date(room.nowMs())
    const before = atRevision(
      'model',
      target.id,
      await lockModel(tx, caller.workspaceId, target.id),
      target.expectedRevision,
    )
    const wanted: ModelSettings = { ...modelFromRow(before), ...definedOf<ModelSettings>(change) }
    await checkTarget(tx, caller.workspaceId, wanted, upstreamsOf(wanted))
    if (wanted.name !== before.name && (await modelNameTaken(tx, caller.workspaceId, wanted.name)))
      throw nameTaken('a model', wanted.name)
    const row = await updateModelRow(tx, before.id, { name: wanted.name, ...modelColumns(wanted), updated_at: now })
    await appendEntry(tx, {
      workspaceId: caller.workspaceId,
      actor: caller.actor,
      operation: 'models.update',
      outcome: 'success',
      status: 200,
      resource: { type: 'model', id: row.id },
      values: { ...change, changed: Object.keys(change) },
    })
    const position = await appendChange(tx, {
      workspaceId: caller.workspaceId,
      kind: 'edit',
      subjectType: 'model',
      subjectId: row.id,
      detail: {},
    })
    return { result: modelFromRow(row), position }
  })
}

/** @throws ClavigerError `not_found`, `precondition_failed` */
export async function deleteModel(room: DataplaneRoom, caller: Caller, target: Target): Promise<void> {
  await changeAndApply(room, async (tx) => {
    const locked = await lockModel(tx, caller.workspaceId, target.id)
    const { id } = atRevision('model', target.id, locked, target.expectedRevision)
    await deleteModelRow(tx, id)
    await appendEntry(tx, {
      workspaceId: caller.workspaceId,
      actor: caller.actor,
      operation: 'models.delete',
      outcome: 'success',
      status: 204,
      resource: { type: 'model', id },
    })
    const position = await appendChange(tx, {
      workspaceId: caller.workspaceId,
      kind: 'edit',
      subjectType: 'model',
      subjectId: id,
      detail: { deleted: true },
    })
    return { result: undefined, position }
  })
}

const upstreamsOf = (wanted: ModelSettings) =>
  wanted.deployments.map((deployment, index) => ({
    pointer: `/deployments/${index}/base_url`,
    url: deployment.baseUrl,
    providerKeyId: deployment.providerKeyId,
    providerKeyPointer: `/deployments/${index}/provider_key_id`,
  }))

function modelColumns(wanted: ModelSettings) {
  return {
    ...guardColumns(wanted),
    deployments: JSON.stringify(
      wanted.deployments.map((deployment) => ({
        base_url: deployment.baseUrl,
        model: deployment.model,
        provider_key_id: deployment.providerKeyId,
        asks_stream_usage: deployment.asksStreamUsage,
      })),
    ),
  }
}
