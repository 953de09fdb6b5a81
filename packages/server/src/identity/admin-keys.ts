/** Admin keys are the credentials of operators: made by an owner, shown once, revoked at once. */
import { ClavigerError, makeId, type Secret } from '@claviger/core'
import { appendEntry } from '#audit'
import { appendChange } from '#feed'
import type { Tx } from '#store'
import { mintSecret } from './admin-key.ts'
import type { RoleName } from './roles.ts'
import type { Caller, IdentityRoom } from './room.ts'
import {
  insertAdminKey,
  lockAdminKey,
  lockLivingOwnerKeys,
  revokeAdminKeyRow,
  type AdminKeyRow,
} from './rows-admin-keys.ts'

export interface NewAdminKey {
  readonly name: string
  readonly role: RoleName
  /** Only for the role `verifier`: the apis that it may verify keys of; null: all of the workspace. */
  readonly apiIds: readonly string[] | null
  /** Null: until it is revoked. */
  readonly expiresAt: Date | null
}

export interface IssuedAdminKey {
  readonly row: AdminKeyRow
  readonly secret: Secret<string>
  /** Where the change stands in the feed. */
  readonly position: number
}

/**
 * @param minter what is made may not outlive the key that makes it
 * @throws ClavigerError `validation_failed`
 */
export async function createAdminKey(
  room: IdentityRoom,
  caller: Caller,
  wanted: NewAdminKey,
  minter: { readonly expiresAtMs: number | undefined },
): Promise<IssuedAdminKey> {
  const expiresAt = boundedExpiry(wanted.expiresAt, room.nowMs(), minter.expiresAtMs)
  if (wanted.apiIds !== null && wanted.role !== 'verifier') {
    throw refusal('/api_ids', 'Only the role verifier can be held to certain apis.')
  }
  return room.store.transaction(async (tx) => addAdminKey(room, tx, caller, { ...wanted, expiresAt }))
}

/** Within a transaction that does more, such as using up a set-up link. */
export async function addAdminKey(
  room: IdentityRoom,
  tx: Tx,
  caller: Caller,
  wanted: NewAdminKey,
): Promise<IssuedAdminKey> {
  const now = new Date(room.nowMs())
  const { secret, columns } = mintSecret(room.seal, 'admin')
  const row = await insertAdminKey(tx, {
    id: makeId('adm', now.getTime(), room.seal.randomBytes(10)),
    workspace_id: caller.workspaceId,
    name: wanted.name,
    role: wanted.role,
    api_ids: wanted.apiIds === null ? null : [...wanted.apiIds],
    ...columns,
    last_four: secret.reveal().slice(-4),
    expires_at: wanted.expiresAt,
    created_by: caller.actor.id,
    created_at: now,
  })
  await appendEntry(tx, {
    workspaceId: caller.workspaceId,
    actor: caller.actor,
    operation: 'admin_keys.create',
    outcome: 'success',
    status: 201,
    resource: { type: 'admin_key', id: row.id },
    values: { name: row.name, role: row.role, api_ids: row.api_ids, expires_at: row.expires_at?.toISOString() ?? null },
  })
  const position = await appendChange(tx, {
    workspaceId: caller.workspaceId,
    kind: 'edit',
    subjectType: 'admin_key',
    subjectId: row.id,
    detail: {},
  })
  return { row, secret, position }
}

/**
 * Ends an admin key at once. Revoking a revoked one changes nothing.
 *
 * @throws ClavigerError `not_found`; `conflict` for the last key of an owner: nobody could make another
 */
export async function revokeAdminKey(
  room: IdentityRoom,
  caller: Caller,
  id: string,
): Promise<{ readonly row: AdminKeyRow; readonly position: number | undefined }> {
  return room.store.transaction(async (tx) => {
    // Owners' keys are locked first and in one order: two owners who revoke each other must not both win.
    const owners = await lockLivingOwnerKeys(tx, caller.workspaceId, new Date(room.nowMs()))
    const before = await lockAdminKey(tx, caller.workspaceId, id)
    if (before === undefined) throw new ClavigerError('not_found', `There is no admin key ${id}.`)
    if (before.revoked_at !== null) return { row: before, position: undefined }
    if (owners.length === 1 && owners[0]?.id === id) {
      throw new ClavigerError('conflict', "It is the last owner's key of the workspace. Make another one first.")
    }
    const row = await revokeAdminKeyRow(tx, id, new Date(room.nowMs()))
    await appendEntry(tx, {
      workspaceId: caller.workspaceId,
      actor: caller.actor,
      operation: 'admin_keys.revoke',
      outcome: 'success',
      status: 200,
      resource: { type: 'admin_key', id },
    })
    const position = await appendChange(tx, {
      workspaceId: caller.workspaceId,
      kind: 'revocation',
      subjectType: 'admin_key',
      subjectId: id,
      detail: {},
    })
    return { row, position }
  })
}

function boundedExpiry(asked: Date | null, nowMs: number, minterExpiresAtMs: number | undefined): Date | null {
  if (asked !== null && asked.getTime() <= nowMs) throw refusal('/expires_at', 'The expiry lies in the past.')
  if (minterExpiresAtMs === undefined) return asked
  if (asked === null) return new Date(minterExpiresAtMs)
  if (asked.getTime() > minterExpiresAtMs) {
    throw refusal(
      '/expires_at',
      `The key that asks expires at ${new Date(minterExpiresAtMs).toISOString()}; what it makes may not live longer.`,
    )
  }
  return asked
}

function refusal(pointer: string, detail: string): ClavigerError {
  return new ClavigerError('validation_failed', detail, { errors: [{ pointer, detail }] })
}
