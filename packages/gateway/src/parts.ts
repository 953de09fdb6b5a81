/** Routes and models in the compiled form that the pipeline reads. The server's `dataplane` room makes them. */
import type { ApiPart, FeedLossPolicy, LimitPolicy, PartRef } from '@claviger/core'
import type { UpstreamPool } from './upstreams/pool.ts'
import type { Shaping } from './shaping/shaping.ts'

/** How the journal is kept: `ordinary` is written in the background, `before-answer` is on disk before the answer. */
export type AuditMode = 'ordinary' | 'before-answer'

/** How the limits of a call are told in its answer; `legacy` adds the older `X-RateLimit-*` trio. */
export type RateLimitHeaders = 'draft' | 'draft+legacy'

/** All in ms; 0 means no bound. */
export interface Timeouts {
  readonly connectMs: number
  /** From the request sent to the first byte of the answer. */
  readonly firstByteMs: number
  /** Longest silence within an answer. */
  readonly idleMs: number
  readonly totalMs: number
}

/** What routes and models have in common: who may enter, and what holds when a dependency is gone. */
export interface Guarded {
  readonly id: string
  readonly workspaceId: string
  readonly name: string
  readonly api: PartRef<ApiPart>
  /** The caller's key must hold all of these. */
  readonly requiredScopes: readonly string[]
  /** Undefined: as the api says (`api.current.onFeedLoss`). */
  readonly onFeedLoss: FeedLossPolicy | undefined
  readonly audit: AuditMode
  readonly limits: readonly LimitPolicy[]
  /** Units that one call is charged; at least 1. */
  readonly cost: number
  readonly rateLimitHeaders: RateLimitHeaders
  readonly timeouts: Timeouts
  readonly maxBodyBytes: number
}

/** Where a call says which version of the api it is for. */
export type VersionSource =
  | { readonly from: 'fixed'; readonly value: string }
  /** `name` in lower case. `fallback`: of calls without the field. */
  | { readonly from: 'header'; readonly name: string; readonly fallback: string | undefined }
  /** The first segment behind the route. */
  | { readonly from: 'path' }

export interface RoutePart extends Guarded {
  readonly kind: 'route'
  /** Scheme, host and port, no path: `https://api.example.com`. */
  readonly upstreamOrigin: string
  /** Put before the rest of the path; '' or '/v2' (no slash at the end). */
  readonly upstreamBasePath: string
  /** Upper-case; empty means every method. */
  readonly methods: ReadonlySet<string>
  /** The provider key that egress adds; undefined: none. */
  readonly credentialId: string | undefined
  /** Lower-case header names where a caller may put the key, beside `authorization: Bearer`. All are stripped. */
  readonly keyHeaders: readonly string[]
  /** Undefined: nobody knows. */
  readonly apiVersion: VersionSource | undefined
  /**
   * Where calls go if there are several upstreams, or if the one is watched; then `upstreamOrigin` is that of the first, and
   * `upstreamBasePath` is ''. Undefined: all calls go to the one, and nothing is watched.
   */
  readonly pool: UpstreamPool | undefined
  /** What is done to its calls beside passing them on; undefined: nothing. */
  readonly shaping: Shaping | undefined
  /** Whether the upstream learns whose call it is, by `X-Claviger-Identity` and its kin. */
  readonly tellsIdentity: boolean
}

/** What somebody else's proxy asks about: the api, and what the proxy says of the call. */
export interface ApiTarget extends Omit<Guarded, 'timeouts' | 'maxBodyBytes'> {
  readonly kind: 'api'
  /** Told by the proxy's own configuration; undefined: nobody knows. */
  readonly apiVersion: VersionSource | undefined
}

/** One place where a model is served. */
export interface DeploymentPart {
  readonly wire: 'openai'
  readonly upstreamOrigin: string
  /** What stands before `/chat/completions`: '/v1'. */
  readonly upstreamBasePath: string
  /** The name that the provider knows the model by. */
  readonly upstreamModel: string
  readonly credentialId: string | undefined
  /** Whether `stream_options.include_usage` may be asked for, so that streams can be metered. */
  readonly asksStreamUsage: boolean
}

export interface ModelPart extends Guarded {
  readonly kind: 'model'
  readonly createdAtMs: number
  readonly deployments: readonly DeploymentPart[]
}
