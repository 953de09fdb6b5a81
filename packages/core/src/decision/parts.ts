/**
 * The compiled parts that a decision joins by reference: one small part per key, one per app, api and workspace.
 * An edit of an api or app replaces that one part; keys that point at it are not rewritten.
 * Instants are Unix milliseconds (`…AtMs`).
 */
import type { CidrSet } from '../net/cidr.ts'
import type { LimitPolicy } from '../limit/policy.ts'

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
  readonly disabledAtMs: number | undefined
}

export interface ApiPart {
  readonly id: string
  readonly workspaceId: string
  readonly name: string
  readonly prefix: string
  readonly onFeedLoss: FeedLossPolicy
  readonly limits: readonly LimitPolicy[]
  readonly disabledAtMs: number | undefined
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
  /** Exact scope names; empty means no access to anything that asks for a scope. */
  readonly scopes: ReadonlySet<string>
  readonly notBeforeAtMs: number | undefined
  readonly expiresAtMs: number | undefined
  readonly disabledAtMs: number | undefined
  /** It was not used for too long; from this instant on it sleeps until an operator wakes it. */
  readonly dormantAtMs: number | undefined
  readonly revokedAtMs: number | undefined
  /** It can be restored within the window of its workspace. */
  readonly deletedAtMs: number | undefined
  readonly cidrAllow: CidrSet | undefined
  readonly limits: readonly LimitPolicy[]
  readonly versions: readonly VersionPart[]
}
