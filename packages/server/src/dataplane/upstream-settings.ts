/**
 * Where the calls of a route go, and what holds when an upstream misbehaves. On the wire, and in the row, which has the same
 * form.
 */
import { ClavigerError, type FieldProblem } from '@claviger/core'
import { wire } from '#edge'
import { z } from 'zod'

const MAX_UPSTREAMS = 20
const MAX_MS = 3_600_000

const upstreamUrl = z.string().max(2048).meta({ format: 'uri', example: 'https://api.example.com/v2' })

const upstream = z.strictObject({
  url: upstreamUrl,
  weight: z
    .int()
    .min(1)
    .max(1000)
    .default(1)
    .meta({ description: 'Its share of the calls, beside the weights of the others.' }),
})

const serverErrors = wire.unique(z.int().min(500).max(599), 20)

const circuitBreaker = z
  .strictObject({
    failures: z.int().min(1).max(1000).default(5).meta({ description: 'So many in a row take the upstream out.' }),
    open_ms: z
      .int()
      .min(100)
      .max(MAX_MS)
      .default(5_000)
      .meta({ description: 'The first time; then twice as long each time.' }),
    max_open_ms: z.int().min(100).max(MAX_MS).default(60_000),
    statuses: serverErrors
      .default([502, 503, 504])
      .meta({ description: 'Answers that are failures, beside the upstream not answering at all.' }),
  })
  .meta({
    id: 'CircuitBreaker',
    description:
      'An upstream that fails again and again gets no calls for a while, then one on trial. Counted per process and upstream.',
  })

const healthCheck = z
  .strictObject({
    path: z
      .string()
      .max(2048)
      .regex(/^\/[\x21\x22\x24-\x7e]*$/, 'must be a path that begins with /')
      .meta({ description: 'On the host of the upstream, whatever path its URL has.', example: '/healthz' }),
    interval_seconds: z.int().min(1).max(3600).default(10),
    timeout_ms: z.int().min(10).max(60_000).default(2_000).meta({ description: 'For the whole check.' }),
    statuses: wire
      .unique(z.int().min(200).max(599), 50)
      .min(1)
      .default([200, 204])
      .meta({ description: 'Answers of an upstream that is well.' }),
    healthy_after: z.int().min(1).max(100).default(2).meta({ description: 'Good checks in a row that bring it back.' }),
    unhealthy_after: z.int().min(1).max(100).default(3).meta({ description: 'Bad checks in a row that take it out.' }),
    with_credential: z.boolean().default(false).meta({ description: 'Send the provider key with the checks too.' }),
  })
  .meta({
    id: 'HealthCheck',
    description: 'A GET to each upstream, again and again, by each process that serves calls.',
  })

const retries = z
  .strictObject({
    max_retries: z.int().min(1).max(5).default(2).meta({ description: 'Further tries of one call.' }),
    statuses: serverErrors
      .default([502, 503, 504])
      .meta({ description: 'Answers after which another upstream is asked; with one upstream they are passed on.' }),
    budget_percent: z
      .int()
      .min(0)
      .max(100)
      .default(20)
      .meta({ description: 'Retries at most, of the calls of the last 10 s.' }),
    budget_floor: z
      .int()
      .min(0)
      .max(10_000)
      .default(10)
      .meta({ description: 'Retries in 10 s that are free of that.' }),
  })
  .meta({
    id: 'Retries',
    description:
      'Of GET, HEAD, OPTIONS, PUT and DELETE with no body or one in memory (64 KiB), before the first byte of an answer; of other methods only if nothing was sent.',
  })

export type WireUpstream = z.output<typeof upstream>
export type WireCircuitBreaker = z.output<typeof circuitBreaker>
export type WireHealthCheck = z.output<typeof healthCheck>
export type WireRetries = z.output<typeof retries>

/** What a route says of its upstreams; exactly one of the first two says where they are. */
export interface UpstreamSettings {
  /** Scheme, host, port and base path; the short form of one upstream. */
  readonly upstreamUrl: string | null
  readonly upstreams: readonly WireUpstream[]
  readonly whenAllOut: 'try' | 'refuse'
  readonly circuitBreaker: WireCircuitBreaker | null
  readonly healthCheck: WireHealthCheck | null
  readonly retries: WireRetries | null
}

const whenAllOut = z.enum(['try', 'refuse'])

export const upstreamMembers = {
  upstream_url: upstreamUrl
    .nullable()
    .default(null)
    .meta({ description: 'What follows /gw/{name} is put behind it. Null: `upstreams` says where calls go.' }),
  upstreams: z
    .array(upstream)
    .max(MAX_UPSTREAMS)
    .default([])
    .meta({ description: 'Several, by weight. Empty: there is one, `upstream_url`.' }),
  when_all_out: whenAllOut
    .default('try')
    .meta({ description: 'When no upstream is well: try the least bad, or refuse with 503 and Retry-After.' }),
  circuit_breaker: circuitBreaker
    .nullable()
    .default(null)
    .meta({ description: 'Null: none is left out for its failures.' }),
  health_check: healthCheck
    .nullable()
    .default(null)
    .meta({ description: 'Null: upstreams are not asked how they are.' }),
  retries: retries.nullable().default(null).meta({ description: 'Null: a call is tried once.' }),
}

export const upstreamAnswer = {
  upstream_url: z.string().nullable(),
  upstreams: z.array(z.object({ url: z.string(), weight: z.int() })),
  when_all_out: whenAllOut,
  circuit_breaker: circuitBreaker.nullable(),
  health_check: healthCheck.nullable(),
  retries: retries.nullable(),
}

type UpstreamWire = {
  readonly [Name in keyof typeof upstreamMembers]?: z.output<(typeof upstreamMembers)[Name]> | undefined
}

/** The members that are there. Who names one form of where calls go has left the other. */
export function upstreamsFromWire(body: UpstreamWire): {
  readonly [Name in keyof UpstreamSettings]?: UpstreamSettings[Name] | undefined
} {
  const { upstream_url: url, upstreams } = body
  const leavesUrl = url === undefined && upstreams !== undefined && upstreams.length > 0
  const leavesList = upstreams === undefined && typeof url === 'string'
  return {
    upstreamUrl: leavesUrl ? null : url,
    upstreams: leavesList ? [] : upstreams,
    whenAllOut: body.when_all_out,
    circuitBreaker: body.circuit_breaker,
    healthCheck: body.health_check,
    retries: body.retries,
  }
}

export function upstreamsToWire(settings: UpstreamSettings) {
  return {
    upstream_url: settings.upstreamUrl,
    upstreams: settings.upstreams.map(({ url, weight }) => ({ url, weight })),
    when_all_out: settings.whenAllOut,
    circuit_breaker: settings.circuitBreaker,
    health_check: settings.healthCheck,
    retries: settings.retries,
  }
}

interface UpstreamRow {
  readonly upstream_url: string | null
  readonly upstreams: unknown
  readonly when_all_out: string
  readonly circuit_breaker: unknown
  readonly health_check: unknown
  readonly retries: unknown
}

/** @throws ZodError for what another version wrote: a route that cannot be read is not served */
export function upstreamsFromRow(row: UpstreamRow): UpstreamSettings {
  return {
    upstreamUrl: row.upstream_url,
    upstreams: z.array(upstream).parse(row.upstreams),
    whenAllOut: whenAllOut.parse(row.when_all_out),
    circuitBreaker: circuitBreaker.nullable().parse(row.circuit_breaker),
    healthCheck: healthCheck.nullable().parse(row.health_check),
    retries: retries.nullable().parse(row.retries),
  }
}

export function upstreamColumns(settings: UpstreamSettings) {
  return {
    upstream_url: settings.upstreamUrl,
    upstreams: JSON.stringify(settings.upstreams),
    when_all_out: settings.whenAllOut,
    circuit_breaker: jsonOrNull(settings.circuitBreaker),
    health_check: jsonOrNull(settings.healthCheck),
    retries: jsonOrNull(settings.retries),
  }
}

const jsonOrNull = (value: object | null): string | null => (value === null ? null : JSON.stringify(value))

/** All that are named, each with its place in the request. */
export function upstreamsNamed(
  settings: UpstreamSettings,
): readonly { readonly pointer: string; readonly url: string }[] {
  return settings.upstreamUrl === null
    ? settings.upstreams.map(({ url }, index) => ({ pointer: `/upstreams/${index}/url`, url }))
    : [{ pointer: '/upstream_url', url: settings.upstreamUrl }]
}

/** @throws ClavigerError `validation_failed` for members that do not fit together */
export function checkUpstreams(settings: UpstreamSettings): void {
  const errors = [...formProblems(settings), ...repeatedUrls(settings), ...breakerProblems(settings)]
  if (errors.length > 0) throw new ClavigerError('validation_failed', 'This cannot be set up so.', { errors })
}

function formProblems({ upstreamUrl: url, upstreams }: UpstreamSettings): readonly FieldProblem[] {
  if (url === null && upstreams.length === 0)
    return [{ pointer: '/upstream_url', detail: 'Say where calls go: an upstream_url, or a list of upstreams.' }]
  if (url !== null && upstreams.length > 0)
    return [
      { pointer: '/upstreams', detail: 'Say where calls go once: upstream_url is the short form of one upstream.' },
    ]
  return []
}

/** What is known of an upstream is known by its URL. */
function repeatedUrls({ upstreams }: UpstreamSettings): readonly FieldProblem[] {
  return upstreams.flatMap(({ url }, index) =>
    upstreams.findIndex((other) => other.url === url) < index
      ? [{ pointer: `/upstreams/${index}/url`, detail: 'This upstream stands there already; give it more weight.' }]
      : [],
  )
}

function breakerProblems({ circuitBreaker: breaker }: UpstreamSettings): readonly FieldProblem[] {
  return breaker !== null && breaker.max_open_ms < breaker.open_ms
    ? [{ pointer: '/circuit_breaker/max_open_ms', detail: 'must not be less than open_ms.' }]
    : []
}
