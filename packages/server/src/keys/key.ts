/** A key as operators see it: never a secret, never a hash. */
import type { KeyRow, VersionRow } from './rows.ts'

export interface RequestsLimit {
  readonly requests: number
  readonly windowSeconds: number
}

export interface KeyVersion {
  readonly number: number
  /** The start that may be shown and searched for: `<prefix>_<env>_<public id>`. */
  readonly start: string
  readonly lastFour: string
  readonly createdAt: Date
  readonly expiresAt: Date | null
  readonly revokedAt: Date | null
}

export interface Key {
  readonly id: string
  readonly name: string
  readonly appId: string
  readonly apiIds: readonly string[]
  readonly environment: string
  readonly scopes: readonly string[]
  readonly cidrAllow: readonly string[] | null
  readonly limit: RequestsLimit | null
  readonly metadata: Readonly<Record<string, unknown>>
  readonly notBefore: Date | null
  readonly expiresAt: Date | null
  readonly disabledAt: Date | null
  readonly revokedAt: Date | null
  readonly revokeReason: string | null
  readonly createdBy: string
  readonly createdAt: Date
  readonly updatedAt: Date
  readonly revision: number
  readonly versions: readonly KeyVersion[]
}

export function keyFromRows(row: KeyRow, versions: readonly VersionRow[]): Key {
  return {
    id: row.id,
    name: row.name,
    appId: row.app_id,
    apiIds: row.api_ids,
    environment: row.environment,
    scopes: row.scopes,
    cidrAllow: row.cidr_allow,
    limit: limitFromRow(row.limit_requests, row.limit_window_seconds),
    metadata: objectOf(row.metadata),
    notBefore: row.not_before,
    expiresAt: row.expires_at,
    disabledAt: row.disabled_at,
    revokedAt: row.revoked_at,
    revokeReason: row.revoke_reason,
    createdBy: row.created_by,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    revision: row.revision,
    versions: versions
      .filter((version) => version.key_id === row.id)
      .map((version) => ({
        number: version.number,
        start: `${row.prefix}_${row.environment}_${version.public_id}`,
        lastFour: version.last_four,
        createdAt: version.created_at,
        expiresAt: version.expires_at,
        revokedAt: version.revoked_at,
      })),
  }
}

export function limitFromRow(requests: number | null, windowSeconds: number | null): RequestsLimit | null {
  return requests === null || windowSeconds === null ? null : { requests, windowSeconds }
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
}
