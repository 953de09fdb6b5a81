/** Changes what a key is called, may do and how long; never its secrets. */
import { ClavigerError } from '@claviger/core'
import { appendEntry } from '#audit'
import { appendChange } from '#feed'
import { boundedExpiry, checkGrant } from './check-grant.ts'
import { keyFromRows, type Key, type RequestsLimit } from './key.ts'
import type { Caller, KeysRoom } from './room.ts'
import { lockKey, selectVersions, updateKeyRow } from './rows.ts'

export interface KeyChange {
  readonly name?: string | undefined
  readonly apiIds?: readonly string[] | undefined
  readonly scopes?: readonly string[] | undefined
  readonly cidrAllow?: readonly string[] | null | undefined
  readonly limit?: RequestsLimit | null | undefined
  readonly metadata?: Readonly<Record<string, unknown>> | undefined
  readonly notBefore?: Date | null | undefined
  readonly expiresAt?: Date | undefined
  /** A disabled key refuses until it is enabled again. */
  readonly disabled?: boolean | undefined
}

/** @param expectedRevision from `If-Match`; undefined: whatever it is now */
export async function updateKey(
  room: KeysRoom,
  caller: Caller,
  target: { readonly keyId: string; readonly expectedRevision: number | undefined },
  change: KeyChange,
): Promise<{ readonly key: Key; readonly position: number }> {
  return room.store.transaction(async (tx) => {
    const nowMs = room.nowMs()
    const row = await lockKey(tx, caller.workspaceId, target.keyId)
    if (row === undefined) throw new ClavigerError('not_found', `There is no key ${target.keyId}.`)
    if (target.expectedRevision !== undefined && target.expectedRevision !== row.revision) {
      throw new ClavigerError('precondition_failed', `The key is at revision ${row.revision} by now. Read it again.`)
    }
    if (row.revoked_at !== null)
      throw new ClavigerError('conflict', 'The key is revoked; it cannot be changed any more.')
    if (change.apiIds !== undefined || change.scopes !== undefined || change.cidrAllow !== undefined) {
      await checkGrant(tx, caller.workspaceId, {
        apiIds: change.apiIds ?? row.api_ids,
        scopes: change.scopes ?? row.scopes,
        cidrAllow: change.cidrAllow === undefined ? row.cidr_allow : change.cidrAllow,
      })
    }
    const maxAgeSeconds = await room.maxKeyAgeSeconds(tx, caller.workspaceId)
    const updated = await updateKeyRow(tx, row.id, {
      ...(change.name !== undefined && { name: change.name }),
      ...(change.apiIds !== undefined && { api_ids: [...change.apiIds] }),
      ...(change.scopes !== undefined && { scopes: [...change.scopes] }),
      ...(change.cidrAllow !== undefined && { cidr_allow: change.cidrAllow === null ? null : [...change.cidrAllow] }),
      ...(change.limit !== undefined && {
        limit_requests: change.limit?.requests ?? null,
        limit_window_seconds: change.limit?.windowSeconds ?? null,
      }),
      ...(change.metadata !== undefined && { metadata: JSON.stringify(change.metadata) }),
      ...(change.notBefore !== undefined && { not_before: change.notBefore }),
      ...(change.expiresAt !== undefined && {
        expires_at: boundedExpiry(change.expiresAt, row.created_at.getTime(), nowMs, maxAgeSeconds),
      }),
      ...(change.disabled !== undefined && {
        disabled_at: change.disabled ? (row.disabled_at ?? new Date(nowMs)) : null,
      }),
      updated_at: new Date(nowMs),
    })
    await appendEntry(tx, {
      workspaceId: caller.workspaceId,
      actor: caller.actor,
      operation: 'keys.update',
      outcome: 'success',
      status: 200,
      resource: { type: 'key', id: row.id },
      values: { ...change, changed: Object.keys(change) },
    })
    const position = await appendChange(tx, {
      workspaceId: caller.workspaceId,
      kind: 'edit',
      subjectType: 'key',
      subjectId: row.id,
      detail: change.disabled === true ? { disabled: true } : {},
    })
    return { key: keyFromRows(updated, await selectVersions(tx, [row.id])), position }
  })
}
