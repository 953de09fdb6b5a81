/** Routes and models as operators declare and see them. What both have in common stands in `Guard`. */
import type { FeedLossPolicy } from '@claviger/core'
import type { AuditMode, RateLimitHeaders } from '@claviger/gateway'
import type { WireLimit } from '#usage'
import type { UpstreamSettings } from './upstream-settings.ts'
import type { PlaceSettings } from './places.ts'
import type { ShapingSettings } from './shaping.ts'
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

export interface RouteSettings extends Guard, UpstreamSettings, PlaceSettings, ShapingSettings {
  readonly name: string
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
  /** The first is called; the others are kept for the fallback that is not there yet. */
  readonly deployments: readonly Deployment[]
}

export type Route = RouteSettings & Stored
export type Model = ModelSettings & Stored
