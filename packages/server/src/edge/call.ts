/** What a handler knows of the call that it answers. Assignable to every room's own `Caller {workspaceId, actor}`. */
import type { Log } from '#config'
import type { Permission } from './permission.ts'

/** What somebody may give to others. Undefined: no bound. */
export interface GrantBounds {
  readonly apiIds: ReadonlySet<string> | undefined
  /** Scopes, or patterns of scopes. */
  readonly scopes: readonly string[] | undefined
}

/** The holder of an admin key. */
export interface Operator {
  readonly adminKeyId: string
  readonly workspaceId: string
  readonly role: string
  readonly permissions: ReadonlySet<Permission>
  /** True for operators of the first workspace: they see all workspaces. */
  readonly isHome: boolean
  /** Unix ms; what this operator mints may not outlive it. */
  readonly expiresAtMs: number | undefined
  /** What this operator mints may not exceed them. */
  readonly bounds: GrantBounds
}

/** Who acts, as the audit log writes it down. The same shape as `Actor` of `audit`, which stands on a higher floor. */
export interface CallActor {
  readonly type: 'operator' | 'machine' | 'system' | 'setup'
  readonly id: string
  readonly keyId?: string
  readonly clientIp?: string
  readonly userAgent?: string
  readonly requestId?: string
  /** Method and path template, `POST /api/v1/apps/{id}`: never the path itself, which may hold what should not be kept. */
  readonly endpoint?: string
  /** How long the call has taken so far, in ms. */
  readonly elapsedMs?: () => number
}

export interface Call {
  /** The workspace that the call is about and may not leave. '' before authentication. */
  readonly workspaceId: string
  readonly actor: CallActor
  readonly requestId: string
  /** By which the API was reached: lower case, without port. */
  readonly host: string
  /** The end client, after trusted proxies. */
  readonly clientIp: string
  /** From `If-Match`; undefined: no such field. -1 matches no revision. */
  readonly expectedRevision: number | undefined
  readonly log: Log
  /** Whether the caller has hung up: long work may end, for nobody waits for its answer. */
  readonly isGone: () => boolean
}

/** A call of an authenticated operator. */
export interface OperatorCall extends Call {
  readonly operator: Operator
}
