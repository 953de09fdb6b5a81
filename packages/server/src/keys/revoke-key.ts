/** Ends a key, or one secret of it, for good. */
import { ClavigerError } from '@claviger/core'
import { appendEntry } from '#audit'
import { found } from '#edge'
import { appendChange } from '#feed'
import { describeKey } from './describe-keys.ts'
import type { Key } from './key.ts'
import type { Caller, KeysRoom } from './room.ts'
import { lockKey, selectVersions, updateKeyRow, updateVersionRow, type VersionRow } from './rows.ts'

export interface Revoked {
  readonly key: Key
  readonly position: number
}

/** Revokes all secrets of a key. Revoking twice answers the first revocation again and changes nothing. */
export async function revokeKey(
  room: KeysRoom,
  caller: Caller,
  keyId: string,
  reason: string | null,
): Promise<Revoked> {
  return room.store.transaction(async (tx) => {
    const now = new Date(room.nowMs())
    const row = found('key', keyId, await lockKey(tx, caller.workspaceId, keyId))
    if (row.revoked_at !== null) return { key: await describeKey(tx, row), position: 0 }
    const updated = await updateKeyRow(tx, keyId, { revoked_at: now, revoke_reason: reason, updated_at: now })
    await appendEntry(tx, {
      workspaceId: caller.workspaceId,
      actor: caller.actor,
      operation: 'keys.revoke',
      outcome: 'success',
      status: 200,
      resource: { type: 'key', id: keyId },
      values: { reason },
    })
    const position = await appendChange(tx, {
      workspaceId: caller.workspaceId,
      kind: 'revocation',
      subjectType: 'key',
      subjectId: keyId,
      detail: {},
    })
    return { key: await describeKey(tx, updated), position }
  })
}

/** All ids that an open stream may know a secret by. */
export function idsOf({ public_id: id, import_tag: tag, earlier_id: earlier }: VersionRow): readonly string[] {
  return [...new Set([id, tag, earlier])].filter((each) => each !== null)
}

/** Revokes one secret of a key; the others live on. */
export async function revokeVersion(room: KeysRoom, caller: Caller, keyId: string, number: number): Promise<Revoked> {
  return room.store.transaction(async (tx) => {
    const now = new Date(room.nowMs())
    const row = await lockKey(tx, caller.workspaceId, keyId)
    const versions = row === undefined ? [] : await selectVersions(tx, [keyId])
    const version = versions.find((candidate) => candidate.number === number)
    if (row === undefined || version === undefined)
      throw new ClavigerError('not_found', `There is no version ${number} of key ${keyId}.`)
    if (version.revoked_at !== null) return { key: await describeKey(tx, row), position: 0 }
    await updateVersionRow(tx, version.id, { revoked_at: now })
    const updated = await updateKeyRow(tx, keyId, { updated_at: now })
    await appendEntry(tx, {
      workspaceId: caller.workspaceId,
      actor: caller.actor,
      operation: 'keys.revoke_version',
      outcome: 'success',
      status: 200,
      resource: { type: 'key', id: keyId },
      values: { version: number },
    })
    const position = await appendChange(tx, {
      workspaceId: caller.workspaceId,
      kind: 'revocation',
      subjectType: 'key',
      subjectId: keyId,
      detail: { version: number, ended: idsOf(version) },
    })
    return { key: await describeKey(tx, updated), position }
  })
}
