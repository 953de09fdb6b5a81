/** Rows into the compiled parts of a decision. Pure. */
import {
  bucketsFor,
  compileRestrictions,
  compileScopes,
  type ApiPart,
  type AppPart,
  type FeedLossPolicy,
  type KeyPart,
  type LimitPolicy,
  type PartRef,
  type VersionPart,
  type WorkspacePart,
} from '@claviger/core'
import { compileMaximum } from './maximum.ts'
import { restrictionsFromRow } from './restriction-schema.ts'
import type { ApiRow, SnapshotRow } from './rows.ts'

/** Unix ms of a column that may be empty. */
export const instantOf = (date: Date | null): number | undefined => (date === null ? undefined : date.getTime())

/** "N requests in any window", as leased by `usage`. */
export function requestLimit(
  id: string,
  name: string,
  requests: number | null,
  windowSeconds: number | null,
): readonly LimitPolicy[] {
  if (requests === null || windowSeconds === null) return []
  const windowMs = windowSeconds * 1000
  return [
    {
      kind: 'window',
      id,
      name,
      class: 'bounded',
      limit: requests,
      windowMs,
      buckets: bucketsFor(windowMs),
      mode: 'enforce',
      onCounterLoss: 'closed',
    },
  ]
}

export function feedLossPolicy(mode: string, maxStaleSeconds: number): FeedLossPolicy {
  return mode === 'deny' ? { mode: 'deny' } : { mode: 'serve_known', maxStaleMs: maxStaleSeconds * 1000 }
}

export function compileApi(row: ApiRow): ApiPart {
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    name: row.name,
    prefix: row.prefix,
    onFeedLoss: feedLossPolicy(row.feed_loss_mode, row.feed_loss_max_stale_seconds),
    catalogue: compileScopes(row.scopes),
    maximum: compileMaximum(row.maximum),
    limits: requestLimit(`api:${row.id}:requests`, 'api', row.limit_requests, row.limit_window_seconds),
    disabledAtMs: instantOf(row.disabled_at ?? row.deleted_at),
  }
}

export interface JoinedParts {
  readonly workspace: PartRef<WorkspacePart>
  readonly app: PartRef<AppPart>
  readonly apis: readonly PartRef<ApiPart>[]
}

/** @param rows all versions of one key; at least one */
export function compileKey(first: SnapshotRow, rows: readonly SnapshotRow[], joined: JoinedParts): KeyPart {
  return {
    id: first.id,
    workspace: joined.workspace,
    app: joined.app,
    apis: joined.apis,
    environment: first.environment,
    scopes: compileScopes(first.scopes),
    roles: [],
    plan: undefined,
    apiVersion: undefined,
    notBeforeAtMs: instantOf(first.not_before),
    createdAtMs: first.created_at.getTime(),
    expiresAtMs: instantOf(first.expires_at),
    dormantAtMs: instantOf(first.dormant_at),
    disabledAtMs: instantOf(first.disabled_at),
    deletedAtMs: instantOf(first.deleted_at),
    revokedAtMs: instantOf(first.revoked_at),
    restrictions: compileRestrictions(restrictionsFromRow(first.restrictions)),
    limits: requestLimit(`key:${first.id}:requests`, 'key', first.limit_requests, first.limit_window_seconds),
    versions: rows.map(compileVersion),
  }
}

function compileVersion(row: SnapshotRow): VersionPart {
  return {
    number: row.number,
    publicId: row.public_id,
    pepperVersion: row.pepper_version,
    digest: row.digest,
    expiresAtMs: instantOf(row.version_expires_at),
    revokedAtMs: instantOf(row.version_revoked_at),
  }
}
