/** How apis and keys stand on the wire. */
import { ENVIRONMENT, KEY_PREFIX, type FeedLossPolicy } from '@claviger/core'
import { wire } from '#edge'
import { limitsSchema } from '#usage'
import { z } from 'zod'
import type { Api } from './apis.ts'
import type { Key, KeyVersion } from './key.ts'
import { maximum } from './maximum.ts'
import { roleIds } from './schemas-roles.ts'
import { restrictions, restrictionsAnswer, restrictionsToWire } from './restriction-schema.ts'

export const feedLoss = z
  .discriminatedUnion('mode', [
    z.strictObject({ mode: z.literal('deny') }),
    z.strictObject({
      mode: z.literal('serve_known'),
      max_stale_seconds: z
        .int()
        .min(0)
        .max(86_400)
        .meta({ description: 'The bound of a revocation while nodes are cut off.' }),
    }),
  ])
  .meta({ id: 'FeedLossPolicy', description: 'What holds while the change feed, and so revocations, cannot be read.' })

export const apiBody = z.strictObject({
  name: wire.name,
  prefix: z
    .string()
    .regex(KEY_PREFIX, 'must be 2 to 12 of a-z and 0-9')
    .meta({ description: 'Every key of this api begins with it.', example: 'acme' }),
  scopes: wire
    .unique(wire.scope, 1000)
    .default([])
    .meta({ description: 'The catalogue: what keys of this api can be given.' }),
  maximum: maximum.nullable().default(null),
  on_feed_loss: feedLoss.default({ mode: 'serve_known', max_stale_seconds: 600 }),
  limits: limitsSchema.default([]).meta({ description: 'Shared by all keys of the api.' }),
})

export const apiPatch = z.strictObject({
  name: wire.name.optional(),
  scopes: wire.unique(wire.scope, 1000).optional(),
  maximum: maximum.nullable().optional(),
  on_feed_loss: feedLoss.optional(),
  limits: limitsSchema.optional(),
  disabled: z.boolean().optional(),
})

export const apiAnswer = z
  .object({
    id: wire.idOf('api'),
    name: wire.name,
    prefix: z.string(),
    scopes: z.array(z.string()),
    maximum: maximum.nullable(),
    on_feed_loss: feedLoss,
    revocation_bound_seconds: z
      .number()
      .meta({ description: 'The longest a revoked key is served while this node is cut off from the feed.' }),
    limits: limitsSchema,
    disabled_at: wire.instant.nullable(),
    created_at: wire.instant,
    updated_at: wire.instant,
    revision: z.int(),
  })
  .meta({ id: 'Api' })

export const updatedApiAnswer = apiAnswer
  .extend({
    keys_over_maximum: z.int().optional().meta({
      description: 'After a change of the maximum: living keys of the api that hold more, and are capped from now on.',
    }),
  })
  .meta({ id: 'UpdatedApi' })

const dormantAfterDays = z.int().min(1).max(3650).nullable().meta({
  description: 'Not used for so long, it refuses with `key_dormant` until it is woken. Null: as the workspace has it.',
})
const grantReason = wire.note.min(1).meta({
  description: 'Why it may so much. Scopes with a wildcard need it, and an expiry.',
  example: 'Migration of the old billing, until it is done.',
})
const planId = wire
  .idOf('pln')
  .meta({ description: 'Its limits hold beside those of the key. Null: the plan of the app.' })
const roles = roleIds.meta({ description: 'What its roles hold comes to its scopes, as they are at the moment.' })
const tags = wire.unique(wire.slug, 50)

export const keyBody = z.strictObject({
  name: wire.name,
  app_id: wire.idOf('app'),
  owner: wire.owner.nullable().default(null).meta({ description: 'A person or a team. Null: whoever owns the app.' }),
  tags: tags.default([]),
  api_ids: wire.unique(wire.idOf('api'), 20).min(1),
  environment: z.string().regex(ENVIRONMENT, 'must be 2 to 12 of a-z and 0-9').default('live'),
  scopes: wire.unique(wire.scope, 200).default([]).meta({ description: 'No scopes, no access.' }),
  role_ids: roles.default([]),
  grant_reason: grantReason.nullable().default(null),
  restrictions: restrictions.default([]),
  limits: limitsSchema.default([]).meta({ description: 'Of this key alone.' }),
  plan_id: planId.nullable().default(null),
  metadata: wire.metadata.default({}),
  not_before: wire.instantInput.nullable().default(null),
  expires_at: wire.instantInput
    .nullable()
    .default(null)
    .meta({ description: 'Null: the longest that the workspace allows.' }),
  dormant_after_days: dormantAfterDays.default(null),
})

export const keyPatch = z.strictObject({
  name: wire.name.optional(),
  owner: wire.owner.nullable().optional(),
  tags: tags.optional(),
  api_ids: wire.unique(wire.idOf('api'), 20).min(1).optional(),
  scopes: wire.unique(wire.scope, 200).optional(),
  role_ids: roles.optional(),
  grant_reason: grantReason.nullable().optional(),
  restrictions: restrictions.optional(),
  limits: limitsSchema.optional(),
  plan_id: planId.nullable().optional(),
  metadata: wire.metadata.optional(),
  not_before: wire.instantInput.nullable().optional(),
  expires_at: wire.instantInput.optional(),
  dormant_after_days: dormantAfterDays.optional(),
  disabled: z.boolean().optional(),
})

export const versionAnswer = z
  .object({
    number: z.int(),
    start: z.string().meta({
      description:
        'What may be shown of the secret: prefix, environment and public id; of an imported one what was told.',
    }),
    last_four: z.string(),
    imported_as: z
      .string()
      .nullable()
      .meta({ description: 'The algorithm of the hash that it was imported by; null: issued here.' }),
    created_at: wire.instant,
    expires_at: wire.instant.nullable().meta({ description: 'End of the grace period after a rotation.' }),
    revoked_at: wire.instant.nullable(),
  })
  .meta({ id: 'KeyVersion' })

export const keyAnswer = z
  .object({
    id: wire.idOf('key'),
    name: wire.name,
    app_id: wire.idOf('app'),
    owner: z.string(),
    owner_from: z.enum(['key', 'app']).meta({ description: 'Whether the key names its owner, or its app does.' }),
    tags: z.array(z.string()),
    api_ids: z.array(wire.idOf('api')),
    environment: z.string(),
    scopes: z.array(z.string()).meta({ description: 'Its own.' }),
    role_ids: z.array(wire.idOf('rol')),
    grant_reason: z.string().nullable(),
    restrictions: restrictionsAnswer,
    limits: limitsSchema,
    plan_id: planId.nullable(),
    metadata: z.record(z.string(), z.unknown()),
    not_before: wire.instant.nullable(),
    expires_at: wire.instant.nullable(),
    disabled_at: wire.instant.nullable(),
    dormant_after_days: dormantAfterDays,
    dormant_at: wire.instant.nullable().meta({ description: 'Since when it sleeps.' }),
    last_used_at: wire.instant.nullable().meta({ description: 'Last admitted, to the minute; null: never.' }),
    deleted_at: wire.instant.nullable(),
    restorable_until: wire.instant.nullable().meta({ description: 'Of a deleted key: then it is purged.' }),
    revoked_at: wire.instant.nullable(),
    revoke_reason: z.string().nullable(),
    created_by: z.string(),
    created_at: wire.instant,
    updated_at: wire.instant,
    revision: z.int(),
    versions: z.array(versionAnswer),
  })
  .meta({ id: 'Key' })

export const issuedAnswer = keyAnswer
  .extend({ secret: z.string().meta({ description: 'The whole key, shown this once.', readOnly: true }) })
  .meta({ id: 'IssuedKey' })

export const revokedAnswer = keyAnswer
  .extend({
    position: z
      .int()
      .meta({ description: 'Where the revocation stands in the change feed; 0: it was revoked before.' }),
    nodes: z
      .object({ acknowledged: z.int(), total: z.int() })
      .meta({ description: 'Processes that refuse the key by now, of all that live.' }),
  })
  .meta({ id: 'RevokedKey' })

export const feedLossFromWire = (policy: z.output<typeof feedLoss>): FeedLossPolicy =>
  policy.mode === 'deny' ? { mode: 'deny' } : { mode: 'serve_known', maxStaleMs: policy.max_stale_seconds * 1000 }

export const feedLossToWire = (policy: FeedLossPolicy): z.input<typeof feedLoss> =>
  policy.mode === 'deny'
    ? { mode: 'deny' }
    : { mode: 'serve_known', max_stale_seconds: Math.round(policy.maxStaleMs / 1000) }

export function apiToWire(api: Api, deniesAfterSeconds: number): z.input<typeof apiAnswer> {
  return {
    id: api.id,
    name: api.name,
    prefix: api.prefix,
    scopes: [...api.scopes],
    maximum: api.maximum,
    on_feed_loss: feedLossToWire(api.onFeedLoss),
    revocation_bound_seconds: revocationBoundSeconds(api.onFeedLoss, deniesAfterSeconds),
    limits: [...api.limits],
    disabled_at: wire.instantText(api.disabledAt),
    created_at: wire.instantText(api.createdAt),
    updated_at: wire.instantText(api.updatedAt),
    revision: api.revision,
  }
}

/** Decision 4: how long a node that is cut off may go on serving a key that was revoked meanwhile. */
export function revocationBoundSeconds(policy: FeedLossPolicy, deniesAfterSeconds: number): number {
  return policy.mode === 'deny' ? deniesAfterSeconds : policy.maxStaleMs / 1000
}

export function keyToWire(key: Key): z.input<typeof keyAnswer> {
  return {
    id: key.id,
    name: key.name,
    app_id: key.appId,
    owner: key.owner,
    owner_from: key.ownerFrom,
    tags: [...key.tags],
    api_ids: [...key.apiIds],
    environment: key.environment,
    scopes: [...key.scopes],
    role_ids: [...key.roleIds],
    grant_reason: key.grantReason,
    restrictions: restrictionsToWire(key.restrictions),
    limits: [...key.limits],
    plan_id: key.planId,
    metadata: { ...key.metadata },
    not_before: wire.instantText(key.notBefore),
    expires_at: wire.instantText(key.expiresAt),
    disabled_at: wire.instantText(key.disabledAt),
    dormant_after_days: key.dormantAfterDays,
    dormant_at: wire.instantText(key.dormantAt),
    last_used_at: wire.instantText(key.lastUsedAt),
    deleted_at: wire.instantText(key.deletedAt),
    restorable_until: wire.instantText(key.purgeAt),
    revoked_at: wire.instantText(key.revokedAt),
    revoke_reason: key.revokeReason,
    created_by: key.createdBy,
    created_at: wire.instantText(key.createdAt),
    updated_at: wire.instantText(key.updatedAt),
    revision: key.revision,
    versions: key.versions.map(versionToWire),
  }
}

export function versionToWire(version: KeyVersion): z.input<typeof versionAnswer> {
  return {
    number: version.number,
    start: version.start,
    last_four: version.lastFour,
    imported_as: version.importedAs,
    created_at: wire.instantText(version.createdAt),
    expires_at: wire.instantText(version.expiresAt),
    revoked_at: wire.instantText(version.revokedAt),
  }
}
