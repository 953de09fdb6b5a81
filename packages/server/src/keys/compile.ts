/** Rows into the compiled parts of a decision. Pure. */
import {
  compileRestrictions,
  compileScopes,
  type ApiPart,
  type AppPart,
  type FeedLossPolicy,
  type KeyPart,
  type PartRef,
  type PlanPart,
  type RolePart,
  type VersionPart,
  type WorkspacePart,
} from '@claviger/core'
import { compileMaximum } from './maximum.ts'
import { restrictionsFromRow } from './restriction-schema.ts'
import { policiesFromColumn } from '#usage'
import type { PlanRow } from './rows-plans.ts'
import type { RoleRow } from './rows-roles.ts'
import type { ApiRow, SnapshotRow } from './rows.ts'

/** Unix ms of a column that may be empty. */
export const instantOf = (date: Date | null): number | undefined => (date === null ? undefined : date.getTime())

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
    limits: policiesFromColumn(row.limits, { kind: 'api', id: row.id }),
    disabledAtMs: instantOf(row.disabled_at ?? row.deleted_at),
  }
}

export function compilePlan(row: PlanRow): PlanPart {
  return { id: row.id, name: row.name, limits: policiesFromColumn(row.limits, { kind: 'plan', id: row.id }) }
}

/** A deleted role holds nothing: only keys that are deleted too may still point at it. */
export function compileRole(row: RoleRow): RolePart {
  return { id: row.id, scopes: compileScopes(row.deleted_at === null ? row.scopes : []) }
}

export interface JoinedParts {
  readonly workspace: PartRef<WorkspacePart>
  readonly app: PartRef<AppPart>
  readonly apis: readonly PartRef<ApiPart>[]
  readonly roles: readonly PartRef<RolePart>[]
  readonly plan: PartRef<PlanPart> | undefined
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
    roles: joined.roles,
    plan: joined.plan,
    apiVersion: undefined,
    notBeforeAtMs: instantOf(first.not_before),
    createdAtMs: first.created_at.getTime(),
    expiresAtMs: instantOf(first.expires_at),
    dormantAtMs: instantOf(first.dormant_at),
    disabledAtMs: instantOf(first.disabled_at),
    deletedAtMs: instantOf(first.deleted_at),
    revokedAtMs: instantOf(first.revoked_at),
    restrictions: compileRestrictions(restrictionsFromRow(first.restrictions)),
    limits: policiesFromColumn(first.limits, { kind: 'key', id: first.id }),
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
