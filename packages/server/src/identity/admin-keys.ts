/** Admin keys are the credentials of operators: made by an owner, shown once, revoked at once. */
import { ClavigerError, makeId, type Secret } from '@claviger/core'
import { appendEntry } from '#audit'
import { found, type GrantBounds, type Permission } from '#edge'
import { appendChange } from '#feed'
import type { Tx } from '#store'
import { mintSecret } from './admin-key.ts'
import { boundsToRow, isBounded, mintBounds, UNBOUNDED } from './grant-bounds.ts'
import { permissionsOf, type RoleName } from './roles.ts'
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
  /** The apis that it may verify keys of, and grant keys for; null: those of the minter. */
  readonly apiIds: readonly string[] | null
  /** The scopes that it may grant; null: those of the minter. */
  readonly scopes: readonly string[] | null
  /** Null: until it is revoked. */
  readonly expiresAt: Date | null
}

export interface IssuedAdminKey {
  readonly row: AdminKeyRow
  readonly secret: Secret<string>
  /** Where the change stands in the feed. */
  readonly position: number
}

/** Whoever makes an admin key: what is made may not outlive it, nor do or grant more. */
export interface Minter {
  readonly expiresAtMs: number | undefined
  /** Undefined: everything, as on the machine itself. */
  readonly permissions: ReadonlySet<Permission> | undefined
  readonly isHome: boolean
  readonly bounds: GrantBounds
}

/** The machine's own door, and set-up links. */
export const NOBODY_ABOVE: Minter = Object.freeze({
  expiresAtMs: undefined,
  permissions: undefined,
  isHome: true,
  bounds: UNBOUNDED,
})

/** @throws ClavigerError `validation_failed`, with a pointer for each thing that exceeds the minter */
export async function createAdminKey(
  room: IdentityRoom,
  caller: Caller,
  wanted: NewAdminKey,
  minter: Minter,
): Promise<IssuedAdminKey> {
  const expiresAt = boundedExpiry(wanted.expiresAt, room.nowMs(), minter.expiresAtMs)
  const minted = mintBounds(minter.bounds, wanted)
  if ('problems' in minted) {
    throw new ClavigerError('validation_failed', 'An admin key cannot give more than it may itself.', {
      errors: minted.problems,
    })
  }
  const { bounds } = minted
  refuseHigherRole(wanted.role, bounds, minter)
  return room.store.transaction(async (tx) =>
    addAdminKey(room, tx, caller, { name: wanted.name, role: wanted.role, bounds, expiresAt }),
  )
}

/** What was asked for, held to the minter's bounds. */
export interface MintedAdminKey extends Pick<NewAdminKey, 'name' | 'role' | 'expiresAt'> {
  readonly bounds: GrantBounds
}

/** Within a transaction that does more, such as using up a set-up link. */
export async function addAdminKey(
  room: IdentityRoom,
  tx: Tx,
  caller: Caller,
  wanted: MintedAdminKey,
): Promise<IssuedAdminKey> {
  const now = new Date(room.nowMs())
  const { secret, columns } = mintSecret(room.seal, 'admin')
  const row = await insertAdminKey(tx, {
    id: makeId('adm', now.getTime(), room.seal.randomBytes(10)),
    workspace_id: caller.workspaceId,
    name: wanted.name,
    role: wanted.role,
    ...boundsToRow(wanted.bounds),
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
    values: {
      name: row.name,
      role: row.role,
      api_ids: row.api_ids,
      scopes: row.scopes,
      expires_at: row.expires_at?.toISOString() ?? null,
    },
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
    const before = found('admin key', id, await lockAdminKey(tx, caller.workspaceId, id))
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

/** A role is higher when it may anything that the minter may not. */
function refuseHigherRole(role: RoleName, bounds: GrantBounds, { permissions, isHome }: Minter): void {
  if (permissions === undefined) return
  const beyond = [...permissionsOf(role, { isHome, isBounded: isBounded(bounds) })].find(
    (permission) => !permissions.has(permission),
  )
  if (beyond !== undefined) throw refusal('/role', `The role ${role} may ${beyond}, which your admin key may not.`)
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
