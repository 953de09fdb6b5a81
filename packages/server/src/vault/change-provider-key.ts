/** Changes, rotates and deletes provider keys. */
import { ClavigerError, type Secret } from '@claviger/core'
import { appendEntry } from '#audit'
import { atRevision } from '#edge'
import { appendChange } from '#feed'
import type { Injection } from '#injections'
import type { Tx } from '#store'
import { allowedOrigins } from './allowed-origins.ts'
import { addProviderKeyVersion, refuseTakenName, type Changed } from './create-provider-key.ts'
import { providerKeyFromRows, type Users } from './provider-key.ts'
import type { Caller, Target, VaultRoom } from './room.ts'
import { destroyVersions, lockProviderKey, updateProviderKeyRow, type ProviderKeyWithVersion } from './rows.ts'
import { usableInjection } from './usable-injection.ts'

export interface ProviderKeyChange {
  readonly name?: string | undefined
  readonly provider?: string | undefined
  /** Some of those it has. */
  readonly origins?: readonly string[] | undefined
  readonly usedBy?: Users | undefined
}

export interface Rotation {
  readonly secret: Secret<string>
  /** Undefined: as before. */
  readonly origins: readonly string[] | undefined
  readonly injection: Injection | undefined
}

/**
 * Origins can only be taken away: who could add one to a stored secret could have it sent to a server of their own, and
 * so read it. Whoever has the secret rotates, with new origins.
 *
 * @throws ClavigerError `not_found`, `precondition_failed`, `validation_failed`, `conflict`
 */
export async function updateProviderKey(
  room: VaultRoom,
  caller: Caller,
  target: Target,
  change: ProviderKeyChange,
): Promise<Changed> {
  return room.store.transaction(async (tx) => {
    const before = await lockAt(tx, caller, target)
    const origins =
      change.origins === undefined
        ? undefined
        : narrowed(before.origins, allowedOrigins(change.origins, room.allowPrivateUpstreams))
    if (change.name !== undefined && change.name.toLowerCase() !== before.name.toLowerCase()) {
      await refuseTakenName(tx, caller.workspaceId, change.name)
    }
    const { usedBy } = change
    const row = await updateProviderKeyRow(tx, before.id, {
      ...(change.name !== undefined && { name: change.name }),
      ...(change.provider !== undefined && { provider: change.provider }),
      ...(origins !== undefined && { origins }),
      ...(usedBy !== undefined && { route_ids: usedBy.routes, model_ids: usedBy.models, app_ids: usedBy.apps }),
      updated_at: new Date(room.nowMs()),
    })
    const values = { changed: Object.keys(change), ...(origins !== undefined && { origins }) }
    const position = await tell(tx, caller, {
      id: row.id,
      operation: 'provider_keys.update',
      status: 200,
      kind: 'edit',
      values,
    })
    return { providerKey: providerKeyFromRows(row, before), position }
  })
}

/**
 * Replaces the secret. The one before is destroyed in the same step: its ciphertext cannot be opened any more.
 *
 * @throws ClavigerError `not_found`, `precondition_failed`, `validation_failed`
 */
export async function rotateProviderKey(
  room: VaultRoom,
  caller: Caller,
  target: Target,
  rotation: Rotation,
): Promise<Changed> {
  return room.store.transaction(async (tx) => {
    const before = await lockAt(tx, caller, target)
    const now = new Date(room.nowMs())
    const origins = allowedOrigins(rotation.origins ?? before.origins, room.allowPrivateUpstreams)
    const version = before.current_version + 1
    const injection = rotation.injection ?? providerKeyFromRows(before, before).injection
    usableInjection(room, injection, { secret: rotation.secret, origins })
    await destroyVersions(tx, before.id, now)
    const place = { workspaceId: caller.workspaceId, providerKeyId: before.id, version }
    const added = await addProviderKeyVersion(room, tx, place, { secret: rotation.secret, origins, injection })
    const row = await updateProviderKeyRow(tx, before.id, {
      origins,
      current_version: version,
      updated_at: now,
      rotated_at: now,
    })
    const values = {
      ...{ version, origins, injection_kind: injection.kind },
      ...(added.expires_at !== null && { expires_at: added.expires_at.toISOString() }),
    }
    const position = await tell(tx, caller, {
      id: row.id,
      operation: 'provider_keys.rotate',
      status: 200,
      kind: 'edit',
      values,
    })
    return { providerKey: providerKeyFromRows(row, added), position }
  })
}

/** Destroys the secret for good. Routes and models that use it answer 503 `unavailable` until they are given another. */
export async function deleteProviderKey(room: VaultRoom, caller: Caller, target: Target): Promise<number> {
  return room.store.transaction(async (tx) => {
    const before = await lockAt(tx, caller, target)
    const now = new Date(room.nowMs())
    await destroyVersions(tx, before.id, now)
    await updateProviderKeyRow(tx, before.id, { deleted_at: now, updated_at: now })
    return tell(tx, caller, {
      id: before.id,
      operation: 'provider_keys.delete',
      status: 204,
      kind: 'revocation',
      values: {},
    })
  })
}

async function lockAt(tx: Tx, caller: Caller, target: Target): Promise<ProviderKeyWithVersion> {
  return atRevision(
    'provider key',
    target.id,
    await lockProviderKey(tx, caller.workspaceId, target.id),
    target.expectedRevision,
  )
}

function narrowed(before: readonly string[], wanted: readonly string[]): readonly string[] {
  const errors = wanted.flatMap((origin, index) =>
    before.includes(origin)
      ? []
      : [
          {
            pointer: `/origins/${index}`,
            detail:
              'A stored secret cannot be given another origin. Rotate it: send the secret and the origins together.',
          },
        ],
  )
  if (errors.length > 0)
    throw new ClavigerError('validation_failed', 'The origins of a stored secret can only become fewer.', { errors })
  return wanted
}

interface Told {
  readonly id: string
  readonly operation: string
  readonly status: number
  readonly kind: 'edit' | 'revocation'
  readonly values: Readonly<Record<string, unknown>>
}

async function tell(tx: Tx, caller: Caller, told: Told): Promise<number> {
  await appendEntry(tx, {
    workspaceId: caller.workspaceId,
    actor: caller.actor,
    operation: told.operation,
    outcome: 'success',
    status: told.status,
    resource: { type: 'provider_key', id: told.id },
    values: told.values,
  })
  return appendChange(tx, {
    workspaceId: caller.workspaceId,
    kind: told.kind,
    subjectType: 'provider_key',
    subjectId: told.id,
    detail: told.kind === 'revocation' ? { deleted: true } : {},
  })
}
