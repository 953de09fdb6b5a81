/** Rows of routes and models into the parts that the pipeline reads, and back to what operators see. Pure. */
import { ClavigerError, type ApiPart, type FeedLossPolicy, type PartRef } from '@claviger/core'
import type {
  BalancePart,
  DeploymentPart,
  Guarded,
  ModelPart,
  RateLimitHeaders,
  RoutePart,
  UpstreamPool,
} from '@claviger/gateway'
import { feedLossPolicy } from '#keys'
import { limitsFromColumn, policiesFromColumn } from '#usage'
import { compileUpstreams } from './compile-upstreams.ts'
import type { ModelRow, RouteRow } from './rows.ts'
import { splitUrl } from './split-url.ts'
import type { Deployment, Guard, Model, Route } from './targets.ts'
import { upstreamsFromRow } from './upstream-settings.ts'
import { compileShaping, shapingFromRow } from './shaping.ts'
import { compileVersionSource, versionSourceFromRow } from './version-source.ts'

type GuardRow = Pick<
  RouteRow,
  | 'id'
  | 'workspace_id'
  | 'name'
  | 'api_id'
  | 'required_scopes'
  | 'audit'
  | 'feed_loss_mode'
  | 'feed_loss_max_stale_seconds'
  | 'limits'
  | 'cost'
  | 'rate_limit_headers'
  | 'connect_timeout_ms'
  | 'first_byte_timeout_ms'
  | 'idle_timeout_ms'
  | 'total_timeout_ms'
  | 'max_body_bytes'
>

/** @param poolOf the upstreams of the route as they run: what is known of them outlives a change of the route */
export function compileRoute(
  row: RouteRow,
  api: PartRef<ApiPart>,
  poolOf: (balance: BalancePart) => UpstreamPool,
): RoutePart {
  const { upstreamOrigin, upstreamBasePath, balance } = compileUpstreams(upstreamsFromRow(row))
  return {
    kind: 'route',
    ...compileGuard(row, api, 'route'),
    upstreamOrigin,
    upstreamBasePath,
    methods: new Set(row.methods),
    credentialId: row.provider_key_id ?? undefined,
    keyHeaders: row.key_headers,
    apiVersion: compileVersionSource(row.api_version),
    pool: balance === undefined ? undefined : poolOf(balance),
    shaping: compileShaping(row, upstreamBasePath),
    tellsIdentity: row.tells_identity,
  }
}

export function compileModel(row: ModelRow, api: PartRef<ApiPart>): ModelPart {
  return {
    kind: 'model',
    ...compileGuard(row, api, 'model'),
    createdAtMs: row.created_at.getTime(),
    deployments: deploymentsOf(row).map(compileDeployment),
  }
}

function compileGuard(row: GuardRow, api: PartRef<ApiPart>, kind: 'route' | 'model'): Guarded {
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    name: row.name,
    api,
    requiredScopes: row.required_scopes,
    onFeedLoss: ownFeedLoss(row) ?? undefined,
    audit: row.audit === 'before-answer' ? 'before-answer' : 'ordinary',
    limits: policiesFromColumn(row.limits, { kind, id: row.id }),
    cost: row.cost,
    rateLimitHeaders: rateLimitHeaders(row),
    timeouts: {
      connectMs: row.connect_timeout_ms,
      firstByteMs: row.first_byte_timeout_ms,
      idleMs: row.idle_timeout_ms,
      totalMs: row.total_timeout_ms,
    },
    maxBodyBytes: row.max_body_bytes,
  }
}

function ownFeedLoss(row: GuardRow): FeedLossPolicy | null {
  return row.feed_loss_mode === null ? null : feedLossPolicy(row.feed_loss_mode, row.feed_loss_max_stale_seconds ?? 0)
}

const rateLimitHeaders = (row: GuardRow): RateLimitHeaders =>
  row.rate_limit_headers === 'draft+legacy' ? 'draft+legacy' : 'draft'

function compileDeployment(deployment: Deployment): DeploymentPart {
  const { origin, basePath } = splitUrl(deployment.baseUrl)
  return {
    wire: 'openai',
    upstreamOrigin: origin,
    upstreamBasePath: basePath,
    upstreamModel: deployment.model,
    credentialId: deployment.providerKeyId ?? undefined,
    asksStreamUsage: deployment.asksStreamUsage,
  }
}

export function routeFromRow(row: RouteRow): Route {
  return {
    ...guardFromRow(row),
    ...upstreamsFromRow(row),
    methods: row.methods,
    providerKeyId: row.provider_key_id,
    keyHeaders: row.key_headers,
    apiVersion: versionSourceFromRow(row.api_version),
    hosts: row.hosts,
    paths: row.paths,
    ...shapingFromRow(row),
    tellsIdentity: row.tells_identity,
    ...storedFromRow(row),
  }
}

export function modelFromRow(row: ModelRow): Model {
  return { ...guardFromRow(row), deployments: deploymentsOf(row), ...storedFromRow(row) }
}

const storedFromRow = (row: RouteRow | ModelRow) => ({
  id: row.id,
  name: row.name,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
  revision: row.revision,
})

function guardFromRow(row: GuardRow): Guard {
  return {
    apiId: row.api_id,
    requiredScopes: row.required_scopes,
    audit: row.audit === 'before-answer' ? 'before-answer' : 'ordinary',
    onFeedLoss: ownFeedLoss(row),
    limits: limitsFromColumn(row.limits),
    cost: row.cost,
    rateLimitHeaders: rateLimitHeaders(row),
    timeouts: {
      connect: row.connect_timeout_ms,
      firstByte: row.first_byte_timeout_ms,
      idle: row.idle_timeout_ms,
      total: row.total_timeout_ms,
    },
    maxBodyBytes: row.max_body_bytes,
  }
}

/** The column was written by this room; its shape is checked all the same, for a hand-edited row must not crash a call. */
function deploymentsOf(row: ModelRow): readonly Deployment[] {
  const stored: unknown = row.deployments
  if (!Array.isArray(stored)) throw new ClavigerError('internal', `Model ${row.id} has unreadable deployments.`)
  return stored.map((item: Record<string, unknown>) => ({
    baseUrl: String(item['base_url']),
    model: String(item['model']),
    providerKeyId: typeof item['provider_key_id'] === 'string' ? item['provider_key_id'] : null,
    asksStreamUsage: item['asks_stream_usage'] !== false,
  }))
}
