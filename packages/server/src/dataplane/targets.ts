/** Routes and models as operators declare and see them. What both have in common stands in `Guard`. */
import type { FeedLossPolicy } from '@claviger/core'
import type { AuditMode, RateLimitHeaders } from '@claviger/gateway'
import type { WireLimit } from '#usage'
import type { WireVersionSource } from './version-source.ts'

export interface TimeoutsMs {
  readonly connect: number
  readonly firstByte: number
  readonly idle: number
  readonly total: number
}

/** Who may enter and what holds when a dependency is gone. */
export interface Guard {
  readonly apiId: string
  /** At least one: a key without scopes opens nothing. */
  readonly requiredScopes: readonly string[]
  readonly audit: AuditMode
  /** Null: the api's policy. */
  readonly onFeedLoss: FeedLossPolicy | null
  readonly limits: readonly WireLimit[]
  /** Units that one call is charged. */
  readonly cost: number
  readonly rateLimitHeaders: RateLimitHeaders
  readonly timeouts: TimeoutsMs
  readonly maxBodyBytes: number
}

interface Stored {
  readonly id: string
  readonly name: string
  readonly createdAt: Date
  readonly updatedAt: Date
  readonly revision: number
}

export interface RouteSettings extends Guard {
  readonly name: string
  /** Scheme, host, port and base path. */
  readonly upstreamUrl: string
  /** Upper-case; empty: every method. */
  readonly methods: readonly string[]
  readonly providerKeyId: string | null
  readonly keyHeaders: readonly string[]
  /** Null: nobody knows. */
  readonly apiVersion: WireVersionSource | null
  readonly tellsIdentity: boolean
}

export interface Deployment {
  /** Up to and with the version segment: `https://api.openai.com/v1`. */
  readonly baseUrl: string
  readonly model: string
  readonly providerKeyId: string | null
  readonly asksStreamUsage: boolean
}

export interface ModelSettings extends Guard {
  readonly name: string
  /** In the order in which they are tried. */
  readonly deployments: readonly Deployment[]
}

export type Route = RouteSettings & Stored
export type Model = ModelSettings & Stored
