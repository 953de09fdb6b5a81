/**
 * The compiled parts that a decision joins by reference: one small part per key, one per app, api, plan, role and
 * workspace. An edit of one of those replaces that one part; keys that point at it are not rewritten.
 * Instants are Unix milliseconds (`…AtMs`).
 */
import type { LimitPolicy } from '../limit/policy.ts'
import type { CompiledRestriction, RestrictionKind } from '../restriction/restriction.ts'
import type { ScopeSet } from '../scope/scope-set.ts'

/** What a door does when the change feed (revocations!) cannot be read. */
export type FeedLossPolicy = { readonly mode: 'deny' } | { readonly mode: 'serve_known'; readonly maxStaleMs: number }

/** A holder of the current compiled version of a part; replaced in place when the part is edited. */
export interface PartRef<Part> {
  current: Part
}

export interface WorkspacePart {
  readonly id: string
  readonly disabledAtMs: number | undefined
}

export interface AppPart {
  readonly id: string
  readonly workspaceId: string
  readonly name: string
  /** Who answers for it; undefined: nobody is named. */
  readonly owner: string | undefined
  /** Shared by all keys of the app. */
  readonly limits: readonly LimitPolicy[]
  /** Holds for its keys that have none of their own. */
  readonly plan: PartRef<PlanPart> | undefined
  readonly disabledAtMs: number | undefined
}

/** The most that a key may have for an api, whatever it was given. */
export interface MaximumPart {
  /** Undefined: whatever the catalogue has. */
  readonly scopes: ScopeSet | undefined
  /** From the making of the key. */
  readonly lifetimeMs: number | undefined
  /** Kinds of restrictions that a key must have, enforced. */
  readonly requiredRestrictions: readonly RestrictionKind[]
}

export interface ApiPart {
  readonly id: string
  readonly workspaceId: string
  readonly name: string
  readonly prefix: string
  readonly onFeedLoss: FeedLossPolicy
  /** What wildcards and roles may stand for; left out: nobody has said. */
  readonly catalogue?: ScopeSet | undefined
  readonly maximum?: MaximumPart | undefined
  readonly limits: readonly LimitPolicy[]
  readonly disabledAtMs: number | undefined
}

/** A named set of scopes that keys are given together. */
export interface RolePart {
  readonly id: string
  readonly scopes: ScopeSet
}

/** A named bundle of limits. */
export interface PlanPart {
  readonly id: string
  readonly name: string
  readonly limits: readonly LimitPolicy[]
}

/** One secret of a key. A key stays; its secrets are versions (rotate adds one). */
export interface VersionPart {
  readonly number: number
  /** The 12 base62 characters that stand in the secret in clear. */
  readonly publicId: string
  readonly pepperVersion: number
  /** HMAC-SHA-256 of the whole presented secret under that pepper. */
  readonly digest: Uint8Array
  /** End of the grace period after a rotation; the version refuses from this millisecond on. */
  readonly expiresAtMs: number | undefined
  readonly revokedAtMs: number | undefined
}

export interface KeyPart {
  readonly id: string
  readonly workspace: PartRef<WorkspacePart>
  readonly app: PartRef<AppPart>
  readonly apis: readonly PartRef<ApiPart>[]
  readonly environment: string
  /** Its own; what its roles hold comes to that. Nothing held means no access to anything that asks for a scope. */
  readonly scopes: ScopeSet
  readonly roles: readonly PartRef<RolePart>[]
  readonly plan: PartRef<PlanPart> | undefined
  /** The version of its api that the key is bound to; undefined: any. */
  readonly apiVersion: string | undefined
  readonly notBeforeAtMs: number | undefined
  /** Left out: nobody has said, and no life is too long. */
  readonly createdAtMs?: number | undefined
  readonly expiresAtMs: number | undefined
  /** From this instant on the key counts as dormant: it has not been used for too long. */
  readonly dormantAtMs: number | undefined
  readonly disabledAtMs: number | undefined
  /** It may be restored; until then it is refused. */
  readonly deletedAtMs: number | undefined
  readonly revokedAtMs: number | undefined
  /** Asked in this order. */
  readonly restrictions: readonly CompiledRestriction[]
  readonly limits: readonly LimitPolicy[]
  readonly versions: readonly VersionPart[]
}
