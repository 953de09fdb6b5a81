/** A key as operators see it: never a secret, never a hash. */
import type { Restriction } from '@claviger/core'
import { restrictionsFromRow } from './restriction-schema.ts'
import { limitsFromColumn, type WireLimit } from '#usage'
import type { KeyRow, VersionRow } from './rows.ts'

export interface KeyVersion {
  readonly number: number
  /** The start that may be shown and searched for: `<prefix>_<env>_<public id>`, or what an import told of it. */
  readonly start: string
  /** Empty: of an imported secret nobody has told it. */
  readonly lastFour: string
  /** Of the hash that it was imported by; null: issued here. */
  readonly importedAs: string | null
  readonly createdAt: Date
  readonly expiresAt: Date | null
  readonly revokedAt: Date | null
}

export interface Key {
  readonly id: string
  readonly name: string
  readonly appId: string
  /** A person or a team: the key's own, or else whoever owns the app. */
  readonly owner: string
  readonly ownerFrom: 'key' | 'app'
  readonly tags: readonly string[]
  readonly apiIds: readonly string[]
  readonly environment: string
  readonly scopes: readonly string[]
  readonly roleIds: readonly string[]
  readonly grantReason: string | null
  /** All of them have to be met. */
  readonly restrictions: readonly Restriction[]
  readonly limits: readonly WireLimit[]
  /** Null: the plan of its app. */
  readonly planId: string | null
  readonly metadata: Readonly<Record<string, unknown>>
  readonly notBefore: Date | null
  readonly expiresAt: Date | null
  readonly disabledAt: Date | null
  /** Null: as the workspace has it. */
  readonly dormantAfterDays: number | null
  readonly dormantAt: Date | null
  /** To the minute; null: never. */
  readonly lastUsedAt: Date | null
  readonly deletedAt: Date | null
  /** Of a deleted key: from here on it is beyond restoring. */
  readonly purgeAt: Date | null
  readonly revokedAt: Date | null
  readonly revokeReason: string | null
  readonly createdBy: string
  readonly createdAt: Date
  readonly updatedAt: Date
  readonly revision: number
  readonly versions: readonly KeyVersion[]
}

/** What stands in other tables than the key's own. */
export interface AroundKey {
  readonly versions: readonly VersionRow[]
  readonly appOwner: string
  readonly lastUsedAt: Date | null
}

export function keyFromRows(row: KeyRow, { versions, appOwner, lastUsedAt }: AroundKey): Key {
  return {
    id: row.id,
    name: row.name,
    appId: row.app_id,
    owner: row.owner ?? appOwner,
    ownerFrom: row.owner === null ? 'app' : 'key',
    tags: row.tags,
    apiIds: row.api_ids,
    environment: row.environment,
    scopes: row.scopes,
    roleIds: row.role_ids,
    grantReason: row.grant_reason,
    restrictions: restrictionsFromRow(row.restrictions),
    limits: limitsFromColumn(row.limits),
    planId: row.plan_id,
    metadata: objectOf(row.metadata),
    notBefore: row.not_before,
    expiresAt: row.expires_at,
    disabledAt: row.disabled_at,
    dormantAfterDays: row.dormant_after_days,
    dormantAt: row.dormant_at,
    lastUsedAt,
    deletedAt: row.deleted_at,
    purgeAt: row.purge_at,
    revokedAt: row.revoked_at,
    revokeReason: row.revoke_reason,
    createdBy: row.created_by,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    revision: row.revision,
    versions: versions.map((version) => versionFromRow(row, version)),
  }
}

export function versionFromRow(key: Pick<KeyRow, 'prefix' | 'environment'>, row: VersionRow): KeyVersion {
  return {
    number: row.number,
    start: row.import_algorithm === null ? `${key.prefix}_${key.environment}_${row.public_id}` : (row.start_hint ?? ''),
    lastFour: row.last_four,
    importedAs: row.import_algorithm,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
  }
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
}
