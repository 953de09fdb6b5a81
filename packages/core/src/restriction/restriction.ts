/**
 * Where, when and how a key may be used: the declared form, which is the form on the wire too, and the compiled one.
 * What a restriction asks about and nobody knows is refused, but for lists that only deny (see each kind).
 */
import type { ErrorCode } from '../error/codes.ts'
import type { GeoLookup } from '../net/geo-lookup.ts'
import type { IpAddress } from '../net/ip.ts'

/** `shadow`: what it would refuse is recorded and let through. */
export type RestrictionMode = 'enforce' | 'shadow'

interface Declared<Kind extends string> {
  readonly kind: Kind
  /** `enforce` when it is not said. */
  readonly mode?: RestrictionMode | undefined
}

/** Networks and addresses in CIDR form; `deny` wins. An unknown address is refused. */
export interface IpRestriction extends Declared<'ip'> {
  readonly allow?: readonly string[] | undefined
  readonly deny?: readonly string[] | undefined
}

/** `https://app.example.com`, `https://*.example.com`: of the web page that calls. */
export interface OriginRestriction extends Declared<'origin'> {
  readonly allow: readonly string[]
}

/** Globs with `*`; `deny` wins. No `User-Agent` is refused under `allow`. */
export interface UserAgentRestriction extends Declared<'user_agent'> {
  readonly allow?: readonly string[] | undefined
  readonly deny?: readonly string[] | undefined
}

export interface RequestRestriction extends Declared<'request'> {
  readonly allow: readonly RequestShape[]
}

export interface RequestShape {
  /** In capitals; any method when it is not said. */
  readonly methods?: readonly string[] | undefined
  /** `/orders/{id}/items`, `/files/**`. */
  readonly path: string
}

/** ISO 3166-1 alpha-2. One of the two; an unknown country is refused under `allow` and let through under `deny`. */
export interface CountryRestriction extends Declared<'country'> {
  readonly allow?: readonly string[] | undefined
  readonly deny?: readonly string[] | undefined
}

/** Numbers of autonomous systems; as for countries. */
export interface AsnRestriction extends Declared<'asn'> {
  readonly allow?: readonly number[] | undefined
  readonly deny?: readonly number[] | undefined
}

export interface TimeRestriction extends Declared<'time'> {
  /** IANA: `Europe/Berlin`. */
  readonly zone: string
  readonly windows: readonly TimeWindow[]
}

export type Weekday = 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun'

/** From `from` on, up to but without `to`, on the clock of the zone. One over midnight belongs to the day it begins on. */
export interface TimeWindow {
  /** Every day when it is not said. */
  readonly days?: readonly Weekday[] | undefined
  /** `HH:MM`. */
  readonly from: string
  /** `HH:MM`, or `24:00`. */
  readonly to: string
}

/** SHA-256 of the certificate: base64url (`x5t#S256` of RFC 8705) or hexadecimal. */
export interface ClientCertificateRestriction extends Declared<'client_certificate'> {
  readonly thumbprints: readonly string[]
}

export interface ApiVersionRestriction extends Declared<'api_version'> {
  readonly allow: readonly string[]
}

export type Restriction =
  | IpRestriction
  | OriginRestriction
  | UserAgentRestriction
  | RequestRestriction
  | CountryRestriction
  | AsnRestriction
  | TimeRestriction
  | ClientCertificateRestriction
  | ApiVersionRestriction

export type RestrictionKind = Restriction['kind']

/** What a caller is answered when a restriction of this kind refuses. */
export const RESTRICTION_CODES = {
  ip: 'ip_not_allowed',
  origin: 'origin_not_allowed',
  user_agent: 'user_agent_not_allowed',
  request: 'request_not_allowed',
  country: 'country_not_allowed',
  asn: 'asn_not_allowed',
  time: 'time_not_allowed',
  client_certificate: 'certificate_not_allowed',
  api_version: 'api_version_not_allowed',
} as const satisfies Record<RestrictionKind, ErrorCode>

export type RestrictionCode = (typeof RESTRICTION_CODES)[RestrictionKind]

/** What is known of a call. Whoever makes one may compute a member when it is read: most are never asked for. */
export interface RestrictionFacts {
  readonly nowMs: number
  /** The end client, after trusted proxies; undefined when nobody told us. */
  readonly clientIp: IpAddress | undefined
  /** The header fields of these names, as they came. */
  readonly origin?: string | undefined
  readonly referer?: string | undefined
  readonly userAgent?: string | undefined
  readonly method?: string | undefined
  /** As it came, nothing decoded; without the query. */
  readonly path?: string | undefined
  /** The version of the api that the call is for. */
  readonly apiVersion?: string | undefined
  /** SHA-256 of the certificate that the client proved to hold, as `parseThumbprint` writes it. */
  readonly clientCertificate?: string | undefined
  readonly geo?: GeoLookup | undefined
}

/** The three readings of one restriction. */
export interface RestrictionCheck {
  refuses(facts: RestrictionFacts): boolean
  /** What was found, for people. */
  detail(facts: RestrictionFacts): string
  /** The smallest edit that would let these facts through; asked only when it refuses them. */
  change(facts: RestrictionFacts): string
}

export interface CompiledRestriction extends RestrictionCheck {
  /** What it was compiled from. */
  readonly declared: Restriction
  readonly kind: RestrictionKind
  readonly mode: RestrictionMode
  readonly code: RestrictionCode
  /** It lets through whatever is known of a call: it is none, where one is demanded. */
  readonly isOpen: boolean
  /** `key.restrictions/2.ip`: its place in the list, and its kind. */
  readonly rule: string
}
