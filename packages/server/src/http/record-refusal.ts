/** Refusals of authenticated calls stand in the audit log like what succeeded. */
import type { ClavigerError } from '@claviger/core'
import { appendEntry } from '#audit'
import type { BoundOperation, CallActor, Operator } from '#edge'
import type { ControlOptions } from './control-options.ts'

export interface Refusal {
  readonly operation: BoundOperation
  readonly operator: Operator
  readonly actor: CallActor
  /** From the path, when it has the form of an id. */
  readonly resourceId: string | undefined
  readonly error: ClavigerError
}

/** Does not throw: the caller gets the refusal also when the database cannot write it down; then the log has it. */
export async function recordRefusal({ store, log }: ControlOptions, refusal: Refusal): Promise<void> {
  const { operation, operator, actor, error } = refusal
  try {
    await store.transaction(async (tx) =>
      appendEntry(tx, {
        workspaceId: operator.workspaceId,
        actor,
        operation: auditName(operation),
        outcome: 'refused',
        status: error.status,
        resource: { type: resourceType(operation), id: refusal.resourceId ?? '' },
        values: { reason: error.code },
      }),
    )
  } catch (cause) {
    log.warn(
      { err: cause, operation: auditName(operation), code: error.code, adminKeyId: operator.adminKeyId },
      'a refusal could not be written into the audit log',
    )
  }
}

/** The permission names what was asked for: `keys.rotate`. */
export function auditName(operation: BoundOperation): string {
  const { permission } = operation
  return permission === 'anybody' || permission === 'authenticated' ? `control.${operation.operationId}` : permission
}

/** `/provider-keys/{id}/rotate` → `provider_key`. */
function resourceType(operation: BoundOperation): string {
  const collection = operation.path.split('/')[1] ?? ''
  return collection.replaceAll('-', '_').replace(/s$/, '')
}
