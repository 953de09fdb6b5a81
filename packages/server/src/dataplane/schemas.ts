/** How routes and models stand on the wire. */
import { wire } from '#edge'
import { feedLoss, feedLossFromWire, feedLossToWire } from '#keys'
import { limitsSchema } from '#usage'
import { z } from 'zod'
import { upstreamAnswer, upstreamMembers, upstreamsFromWire, upstreamsToWire } from './upstream-settings.ts'
import { placeMembers } from './places.ts'
import { shapingFromWire, shapingMembers, shapingToWire } from './shaping.ts'
import { versionSource } from './version-source.ts'
import type { Guard, Model, ModelSettings, Route, RouteSettings } from './targets.ts'

const MAX_TIMEOUT_MS = 3_600_000
const MEBIBYTE = 1024 * 1024

const timeout = (defaultMs: number) => z.int().min(0).max(MAX_TIMEOUT_MS).default(defaultMs)

/** A whole set has defaults; a patch replaces the whole set. */
const timeouts = z
  .strictObject({
    connect: timeout(5_000),
    first_byte: timeout(60_000),
    idle: timeout(60_000),
    total: timeout(600_000),
  })
  .prefault({})
  .meta({ id: 'TimeoutsMs', description: 'In ms; 0: no bound.' })

const httpUrl = z.string().max(2048).meta({ format: 'uri', example: 'https://api.example.com/v2' })
const headerName = z.string().regex(/^[a-z0-9!#$%&'*+.^_`|~-]{1,64}$/, 'must be a header name in lower case')
const methodName = z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

/** A path segment: what clients write after `/gw/`. */
const routeName = wire.slug
/** As the providers write them: `gpt-5.6`, `meta/llama-4:free`. */
const modelName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._:/@+-]{0,127}$/, 'must be 1 to 128 of letters, digits and ._:/@+-')
  .meta({ example: 'fast' })

const rateLimitHeaders = z.enum(['draft', 'draft+legacy'])

const guardMembers = {
  api_id: wire.idOf('api').meta({ description: 'Keys of this api may enter.' }),
  required_scopes: wire
    .unique(wire.scope, 20)
    .min(1)
    .meta({ description: 'A key needs all of these. At least one: a key without scopes opens nothing.' }),
  audit: z
    .enum(['ordinary', 'before-answer'])
    .default('ordinary')
    .meta({ description: 'before-answer: the decision is on disk before the answer.' }),
  on_feed_loss: feedLoss.nullable().default(null).meta({ description: 'Null: as the api says.' }),
  limits: limitsSchema.default([]).meta({ description: 'Shared by all callers.' }),
  cost: z.int().min(1).max(1_000_000_000).default(1).meta({ description: 'Units that one call is charged.' }),
  rate_limit_headers: rateLimitHeaders
    .default('draft')
    .meta({ description: 'draft+legacy: answers carry X-RateLimit-Limit, -Remaining and -Reset (seconds) too.' }),
  timeouts_ms: timeouts,
  max_body_bytes: z
    .int()
    .min(0)
    .max(1024 * MEBIBYTE)
    .default(16 * MEBIBYTE),
}

const routeMembers = {
  ...upstreamMembers,
  methods: wire.unique(methodName, 7).default([]).meta({ description: 'Empty: every method.' }),
  provider_key_id: wire.idOf('pvk').nullable().default(null),
  key_headers: wire
    .unique(headerName, 5)
    .default(['x-api-key'])
    .meta({ description: 'Where a caller may put the key, beside Authorization. All are stripped.' }),
  api_version: versionSource.nullable().default(null).meta({ description: 'Null: nobody knows.' }),
  ...placeMembers,
  ...shapingMembers,
  tells_identity: z.boolean().default(false).meta({
    description: 'Whether the upstream learns whose call it is: X-Claviger-Identity, a signed token, and its kin.',
  }),
}

const deployment = z.strictObject({
  base_url: httpUrl.meta({ description: 'With the version segment.', example: 'https://api.openai.com/v1' }),
  model: z.string().min(1).max(256).meta({ description: 'The name the provider knows it by.' }),
  provider_key_id: wire.idOf('pvk').nullable().default(null),
  asks_stream_usage: z
    .boolean()
    .default(true)
    .meta({ description: 'Whether the provider takes stream_options.include_usage.' }),
})

const deployments = z
  .array(deployment)
  .min(1)
  .max(20)
  .meta({ description: 'The first is called. There is no fallback to the others yet.' })

export const routeBody = z.strictObject({ name: routeName, ...guardMembers, ...routeMembers })
export const modelBody = z.strictObject({ name: modelName, ...guardMembers, deployments })

/** Every member may be left out, and no default fills it in. */
export const routePatch = z.strictObject({
  name: routeName.optional(),
  ...optionalOf(guardMembers),
  ...optionalOf(routeMembers),
})
export const modelPatch = z.strictObject({
  name: modelName.optional(),
  ...optionalOf(guardMembers),
  deployments: deployments.optional(),
})

const stored = { created_at: wire.instant, updated_at: wire.instant, revision: z.int() }
const guardAnswer = {
  api_id: wire.idOf('api'),
  required_scopes: z.array(z.string()),
  audit: z.enum(['ordinary', 'before-answer']),
  on_feed_loss: feedLoss.nullable(),
  limits: limitsSchema,
  cost: z.int(),
  rate_limit_headers: rateLimitHeaders,
  timeouts_ms: z.object({ connect: z.int(), first_byte: z.int(), idle: z.int(), total: z.int() }),
  max_body_bytes: z.int(),
}

export const routeAnswer = z
  .object({
    id: wire.idOf('rte'),
    name: z.string(),
    path: z.string().meta({ description: 'Where callers find it.', example: '/gw/billing' }),
    ...guardAnswer,
    ...upstreamAnswer,
    methods: z.array(z.string()),
    provider_key_id: z.string().nullable(),
    key_headers: z.array(z.string()),
    api_version: versionSource.nullable(),
    ...placeMembers,
    ...shapingMembers,
    tells_identity: z.boolean(),
    ...stored,
  })
  .meta({ id: 'Route' })

export const modelAnswer = z
  .object({
    id: wire.idOf('mdl'),
    name: z.string(),
    ...guardAnswer,
    deployments: z.array(
      z.object({
        base_url: z.string(),
        model: z.string(),
        provider_key_id: z.string().nullable(),
        asks_stream_usage: z.boolean(),
      }),
    ),
    ...stored,
  })
  .meta({ id: 'Model' })

type GuardWire = Partial<Pick<z.output<typeof routePatch>, keyof typeof guardMembers>>

/** The members that are there, in the words of this room. */
function guardFromWire(body: GuardWire): { readonly [Name in keyof Guard]?: Guard[Name] | undefined } {
  const { on_feed_loss: feed, timeouts_ms: times } = body
  return {
    apiId: body.api_id,
    requiredScopes: body.required_scopes,
    audit: body.audit,
    onFeedLoss: feed === undefined || feed === null ? feed : feedLossFromWire(feed),
    limits: body.limits,
    cost: body.cost,
    rateLimitHeaders: body.rate_limit_headers,
    timeouts:
      times === undefined
        ? undefined
        : { connect: times.connect, firstByte: times.first_byte, idle: times.idle, total: times.total },
    maxBodyBytes: body.max_body_bytes,
  }
}

export function routePatchFromWire(body: z.output<typeof routePatch>): {
  readonly [Name in keyof RouteSettings]?: RouteSettings[Name] | undefined
} {
  return {
    ...guardFromWire(body),
    name: body.name,
    ...upstreamsFromWire(body),
    methods: body.methods,
    providerKeyId: body.provider_key_id,
    keyHeaders: body.key_headers,
    apiVersion: body.api_version,
    hosts: body.hosts,
    paths: body.paths,
    ...shapingFromWire(body),
    tellsIdentity: body.tells_identity,
  }
}

export function modelPatchFromWire(body: z.output<typeof modelPatch>): {
  readonly [Name in keyof ModelSettings]?: ModelSettings[Name] | undefined
} {
  return { ...guardFromWire(body), name: body.name, deployments: body.deployments?.map(deploymentFromWire) }
}

// A body has every member (the schema fills in the defaults), so what its patch form gives is whole.
export const routeFromWire = (body: z.output<typeof routeBody>): RouteSettings =>
  routePatchFromWire(body) as RouteSettings
export const modelFromWire = (body: z.output<typeof modelBody>): ModelSettings =>
  modelPatchFromWire(body) as ModelSettings

const deploymentFromWire = (item: z.output<typeof deployment>) => ({
  baseUrl: item.base_url,
  model: item.model,
  providerKeyId: item.provider_key_id,
  asksStreamUsage: item.asks_stream_usage,
})

function guardToWire(guard: Guard) {
  const { connect, firstByte, idle, total } = guard.timeouts
  return {
    api_id: guard.apiId,
    required_scopes: [...guard.requiredScopes],
    audit: guard.audit,
    on_feed_loss: guard.onFeedLoss === null ? null : feedLossToWire(guard.onFeedLoss),
    limits: [...guard.limits],
    cost: guard.cost,
    rate_limit_headers: guard.rateLimitHeaders,
    timeouts_ms: { connect, first_byte: firstByte, idle, total },
    max_body_bytes: guard.maxBodyBytes,
  }
}

const storedToWire = (target: Route | Model) => ({
  created_at: wire.instantText(target.createdAt),
  updated_at: wire.instantText(target.updatedAt),
  revision: target.revision,
})

export function routeToWire(route: Route): z.input<typeof routeAnswer> {
  return {
    id: route.id,
    name: route.name,
    path: `/gw/${route.name}`,
    ...guardToWire(route),
    ...upstreamsToWire(route),
    methods: [...route.methods],
    provider_key_id: route.providerKeyId,
    key_headers: [...route.keyHeaders],
    api_version: route.apiVersion,
    hosts: [...route.hosts],
    paths: [...route.paths],
    ...shapingToWire(route),
    tells_identity: route.tellsIdentity,
    ...storedToWire(route),
  }
}

export function modelToWire(model: Model): z.input<typeof modelAnswer> {
  return {
    id: model.id,
    name: model.name,
    ...guardToWire(model),
    deployments: model.deployments.map((item) => ({
      base_url: item.baseUrl,
      model: item.model,
      provider_key_id: item.providerKeyId,
      asks_stream_usage: item.asksStreamUsage,
    })),
    ...storedToWire(model),
  }
}

type Optional<Shape extends Record<string, z.ZodType>> = {
  [Name in keyof Shape]: z.ZodOptional<WithoutDefault<Shape[Name]>>
}
type WithoutDefault<Schema extends z.ZodType> =
  Schema extends z.ZodDefault<infer Inner extends z.ZodType>
    ? Inner
    : Schema extends z.ZodPrefault<infer Inner extends z.ZodType>
      ? Inner
      : Schema

/** The same members for a PATCH: without their defaults, and each may be absent. */
function optionalOf<Shape extends Record<string, z.ZodType>>(members: Shape): Optional<Shape> {
  const optional = Object.entries(members).map(([name, schema]) => {
    const bare = schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault ? schema.unwrap() : schema
    return [name, (bare as z.ZodType).optional()] as const
  })
  // Object.entries forgets which name has which schema; each was only unwrapped and made optional.
  return Object.fromEntries(optional) as Optional<Shape>
}
