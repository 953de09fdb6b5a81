/** Apis, routes, limits and keys in their compiled form, as tests need them. */
import { compileScopes, type ApiPart, type KeyPart, type LimitPolicy, type PartRef } from '@claviger/core'
import type { RoutePart } from '../parts.ts'

export function apiOf(workspaceId: string, changes: Partial<ApiPart> = {}): PartRef<ApiPart> {
  return {
    current: {
      id: `api_${workspaceId}`,
      workspaceId,
      name: 'orders',
      prefix: 'acme',
      onFeedLoss: { mode: 'deny' },
      limits: [],
      disabledAtMs: undefined,
      ...changes,
    },
  }
}

export function routeOf(
  name: string,
  upstreamOrigin: string,
  api: PartRef<ApiPart>,
  changes: Partial<RoutePart> = {},
): RoutePart {
  return {
    kind: 'route',
    id: `rte_${name}`,
    workspaceId: api.current.workspaceId,
    name,
    api,
    requiredScopes: [],
    onFeedLoss: undefined,
    audit: 'ordinary',
    limits: [],
    cost: 1,
    rateLimitHeaders: 'draft',
    timeouts: { connectMs: 2_000, firstByteMs: 5_000, idleMs: 5_000, totalMs: 0 },
    maxBodyBytes: 1_048_576,
    upstreamOrigin,
    upstreamBasePath: '',
    methods: new Set(),
    credentialId: undefined,
    keyHeaders: ['x-api-key'],
    apiVersion: undefined,
    pool: undefined,
    shaping: undefined,
    tellsIdentity: false,
    ...changes,
  }
}

export function limitOf(name: string, limit: number, windowMs: number): LimitPolicy {
  return {
    kind: 'window',
    id: `test:${name}`,
    name,
    class: 'bounded',
    limit,
    windowMs,
    buckets: 10,
    mode: 'enforce',
    onCounterLoss: 'closed',
  }
}

export function keyOf(api: PartRef<ApiPart>, id: string): Omit<KeyPart, 'versions'> {
  const { workspaceId } = api.current
  return {
    id,
    workspace: { current: { id: workspaceId, disabledAtMs: undefined } },
    app: {
      current: {
        id: `app_${workspaceId}`,
        workspaceId,
        name: 'shop',
        owner: undefined,
        plan: undefined,
        limits: [],
        disabledAtMs: undefined,
      },
    },
    apis: [api],
    environment: 'test',
    scopes: compileScopes(['read']),
    roles: [],
    plan: undefined,
    apiVersion: undefined,
    notBeforeAtMs: undefined,
    expiresAtMs: undefined,
    dormantAtMs: undefined,
    disabledAtMs: undefined,
    deletedAtMs: undefined,
    revokedAtMs: undefined,
    restrictions: [],
    limits: [],
  }
}
