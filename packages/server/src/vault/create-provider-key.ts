/** Stores a provider key. From here on the secret leaves only through egress, to the origins that are sealed with it. */
import { makeId, type Secret } from '@claviger/core'
import { appendEntry } from '#audit'
import { nameTaken } from '#edge'
import { appendChange } from '#feed'
import { injectionExpiresAtMs, type Injection } from '#injections'
import type { Tx } from '#store'
import { allowedOrigins } from './allowed-origins.ts'
import { providerKeyFromRows, type ProviderKey, type Users } from './provider-key.ts'
import type { Caller, VaultRoom } from './room.ts'
import {
  insertProviderKey,
  insertProviderKeyVersion,
  providerKeyNameTaken,
  type ProviderKeyVersionRow,
} from './rows.ts'
import { sealSecret, type VersionOf } from './sealed-secret.ts'
import { usableInjection } from './usable-injection.ts'

export interface NewProviderKey {
  readonly name: string
  readonly provider: string
  readonly origins: readonly string[]
  readonly injection: Injection
  readonly usedBy: Users
  readonly secret: Secret<string>
}

/** What a change answers: the provider key, and where the change stands in the feed. */
export interface Changed {
  readonly providerKey: ProviderKey
  readonly position: number
}

/** @throws ClavigerError `validation_failed`; `conflict` when the workspace has a provider key of that name */
export async function createProviderKey(room: VaultRoom, caller: Caller, wanted: NewProviderKey): Promise<Changed> {
  const origins = allowedOrigins(wanted.origins, room.allowPrivateUpstreams)
  usableInjection(room, wanted.injection, { secret: wanted.secret, origins })
  return room.store.transaction(async (tx) => {
    const now = new Date(room.nowMs())
    await refuseTakenName(tx, caller.workspaceId, wanted.name)
    const row = await insertProviderKey(tx, {
      id: makeId('pvk', now.getTime(), room.seal.randomBytes(10)),
      workspace_id: caller.workspaceId,
      name: wanted.name,
      provider: wanted.provider,
      origins,
      route_ids: wanted.usedBy.routes,
      model_ids: wanted.usedBy.models,
      app_ids: wanted.usedBy.apps,
      created_at: now,
      updated_at: now,
      rotated_at: now,
    })
    const place = { workspaceId: caller.workspaceId, providerKeyId: row.id, version: 1 }
    const version = await addProviderKeyVersion(room, tx, place, {
      secret: wanted.secret,
      origins,
      injection: wanted.injection,
    })
    await appendEntry(tx, {
      workspaceId: caller.workspaceId,
      actor: caller.actor,
      operation: 'provider_keys.create',
      outcome: 'success',
      status: 201,
      resource: { type: 'provider_key', id: row.id },
      values: {
        ...{ name: row.name, provider: row.provider, origins, injection_kind: wanted.injection.kind, version: 1 },
        ...(version.expires_at !== null && { expires_at: version.expires_at.toISOString() }),
      },
    })
    const position = await appendChange(tx, {
      workspaceId: caller.workspaceId,
      kind: 'edit',
      subjectType: 'provider_key',
      subjectId: row.id,
      detail: {},
    })
    return { providerKey: providerKeyFromRows(row, version), position }
  })
}

/** Seals one more secret of a provider key. */
export async function addProviderKeyVersion(
  room: VaultRoom,
  tx: Tx,
  place: VersionOf,
  wanted: { readonly secret: Secret<string>; readonly origins: readonly string[]; readonly injection: Injection },
): Promise<ProviderKeyVersionRow> {
  const sealed = await sealSecret(room.seal, tx, place, wanted)
  const keyedHash = await room.seal.auditHasher(tx, place.workspaceId)
  const expiresAtMs = injectionExpiresAtMs(wanted.injection)
  return insertProviderKeyVersion(tx, {
    provider_key_id: place.providerKeyId,
    version: place.version,
    sealed: Buffer.from(sealed),
    fingerprint: keyedHash(wanted.secret.reveal()),
    injection: JSON.stringify(wanted.injection),
    expires_at: expiresAtMs === undefined ? null : new Date(expiresAtMs),
    created_at: new Date(room.nowMs()),
  })
}

export async function refuseTakenName(tx: Tx, workspaceId: string, name: string): Promise<void> {
  if (await providerKeyNameTaken(tx, workspaceId, name)) throw nameTaken('a provider key', name)
}
