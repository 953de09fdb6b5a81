/** Which models a key may use, and how OpenAI's wire lists them. */
import { holdsScope, type KeyPart } from '@claviger/core'
import type { ModelPart } from '../parts.ts'

/** Of the key's own workspace, of one of its apis, and with scopes that it holds. */
export function mayUse(key: KeyPart, model: ModelPart): boolean {
  const api = model.api.current
  return (
    model.workspaceId === key.workspace.current.id &&
    api.disabledAtMs === undefined &&
    key.apis.some((ref) => ref.current.id === api.id) &&
    model.requiredScopes.every((scope) => holdsScope(key, scope, api.id))
  )
}

/** The answer of `GET /models`. */
export function modelList(models: readonly ModelPart[]): object {
  return { object: 'list', data: models.map(modelObject) }
}

/** The answer of `GET /models/{id}`: `created` in seconds. */
export function modelObject(model: ModelPart): object {
  return { id: model.name, object: 'model', created: Math.floor(model.createdAtMs / 1_000), owned_by: 'claviger' }
}
