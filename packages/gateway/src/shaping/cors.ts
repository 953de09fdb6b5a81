/**
 * Cross-origin calls of browsers, answered for a route (Fetch Standard, CORS protocol). A preflight carries no key: it is
 * answered from the route alone, and never reaches the upstream. What the upstream says itself is replaced.
 */
import type { IncomingHttpHeaders } from 'node:http'
import { ClavigerError, compileOrigins, type OriginSet } from '@claviger/core'

export interface CorsSettings {
  /** `https://app.example.com`, `https://*.example.com`, or `*` alone for every origin. */
  readonly origins: readonly string[]
  /** Upper case. */
  readonly methods: readonly string[]
  /** Of requests, lower case; `*` alone: whatever is asked for. */
  readonly headers: readonly string[]
  /** Of answers. */
  readonly exposedHeaders: readonly string[]
  /** Cookies and the like. Not with every origin. */
  readonly credentials: boolean
  readonly maxAgeSeconds: number
}

export interface Cors {
  /** Undefined: every origin. */
  readonly origins: OriginSet | undefined
  readonly methods: string
  /** Undefined: what is asked for. */
  readonly headers: string | undefined
  /** '': none. */
  readonly exposedHeaders: string
  readonly credentials: boolean
  readonly maxAge: string
}

/** What scripts may read of every answer: which call it was, and what is left. */
const ALWAYS_EXPOSED = ['x-request-id', 'ratelimit', 'ratelimit-policy', 'retry-after']

/** @param keyHeaders a call needs its key, so these are always allowed */
export function compileCors(settings: CorsSettings, keyHeaders: readonly string[]): Cors {
  const { origins, headers, exposedHeaders } = settings
  return {
    origins: origins.includes('*') ? undefined : compileOrigins(origins),
    methods: settings.methods.join(', '),
    headers: headers.includes('*') ? undefined : [...new Set(['authorization', ...keyHeaders, ...headers])].join(', '),
    exposedHeaders: [...new Set([...ALWAYS_EXPOSED, ...exposedHeaders])].join(', '),
    credentials: settings.credentials,
    maxAge: String(settings.maxAgeSeconds),
  }
}

/** What is looked at. */
export interface CorsCall {
  readonly method: string
  readonly headers: IncomingHttpHeaders
}

/** Fetch Standard, "CORS-preflight request". */
export function isPreflight({ method, headers }: CorsCall): boolean {
  return method === 'OPTIONS' && headers.origin !== undefined && headers['access-control-request-method'] !== undefined
}

/** `#field-name`; what else is asked for is not echoed. */
const FIELD_NAMES = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+(?:[ \t]*,[ \t]*[!#$%&'*+\-.^_`|~0-9A-Za-z]+)*$/
const MOST_NAMES_CHARACTERS = 2_048

/** The fields that answer a preflight; the refusal when that origin is not one of the route's. */
export function preflightFields(cors: Cors, call: CorsCall): string[] | ClavigerError {
  const origin = allowedOrigin(cors, call.headers.origin)
  if (origin === undefined)
    return new ClavigerError('origin_not_allowed', 'The route may not be called by scripts of this origin.')
  const fields = originFields(cors, origin)
  fields.push('Access-Control-Allow-Methods', cors.methods)
  const headers = cors.headers ?? askedHeaders(call)
  if (headers !== '') fields.push('Access-Control-Allow-Headers', headers)
  fields.push('Access-Control-Max-Age', cors.maxAge)
  fields.push('Vary', 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers')
  return fields
}

/** For every other answer on the route, the refusals included: without them a script reads neither status nor problem. */
export function corsFields(cors: Cors, { headers }: Pick<CorsCall, 'headers'>): string[] {
  const origin = allowedOrigin(cors, headers.origin)
  // for caches: with another origin the answer would be another
  const vary = cors.origins === undefined ? [] : ['Vary', 'Origin']
  if (origin === undefined) return vary
  return [...originFields(cors, origin), 'Access-Control-Expose-Headers', cors.exposedHeaders, ...vary]
}

/** Fields of the upstream that would say it a second time. */
export function isCorsField(lower: string): boolean {
  return lower.startsWith('access-control-')
}

function allowedOrigin({ origins }: Cors, origin: string | undefined): string | undefined {
  if (origin === undefined) return undefined
  if (origins === undefined) return '*'
  return origins.has(origin) ? origin : undefined
}

function originFields({ credentials }: Cors, origin: string): string[] {
  const fields = ['Access-Control-Allow-Origin', origin]
  if (credentials) fields.push('Access-Control-Allow-Credentials', 'true')
  return fields
}

function askedHeaders({ headers }: CorsCall): string {
  const asked = headers['access-control-request-headers'] ?? ''
  return asked.length <= MOST_NAMES_CHARACTERS && FIELD_NAMES.test(asked) ? asked : ''
}
