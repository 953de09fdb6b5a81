/**
 * One table of calls for every front of the decision core: our own gateway, forward-auth behind other people's proxies, the
 * middleware of the SDK. The same call is answered with the same status, code and limits by all of them. No test framework
 * here: who runs it brings a way to call, and compares.
 */
import type { KeyName } from './keys.ts'

/** What a place of the API asks of its callers. Each front has one place for each. */
export const PLACES = {
  read: { scopes: ['orders.read'], cost: 1 },
  write: { scopes: ['orders.write'], cost: 1 },
  both: { scopes: ['orders.read', 'orders.write'], cost: 1 },
  dear: { scopes: ['orders.read'], cost: 5 },
} as const satisfies Record<string, { readonly scopes: readonly string[]; readonly cost: number }>

export type Place = keyof typeof PLACES

/** Header fields as they go on the wire: one name may come twice. */
export type Fields = readonly (readonly [name: string, value: string])[]

export interface ParityCase {
  readonly name: string
  readonly place: Place
  readonly method: string
  /** Behind the place: the gateway has it at `/gw/{place}{path}`. As on the wire, but that `{key}` is the secret. */
  readonly path: string
  readonly key: KeyName
  readonly fields: (secret: string) => Fields
  /** How many calls of the same kind come before the one that is judged. */
  readonly after: number
  /** `code` of the problem document; undefined for calls that are let through. */
  readonly expected: { readonly status: number; readonly code: string | undefined }
}

const bearer = (secret: string): Fields => [['Authorization', `Bearer ${secret}`]]

type Changes = Partial<Omit<ParityCase, 'name' | 'expected'>>

function call(
  name: string,
  answer: 'let through' | readonly [status: number, code: string],
  changes: Changes = {},
): ParityCase {
  const [status, code] = answer === 'let through' ? [200, undefined] : answer
  return {
    name,
    place: 'read',
    method: 'GET',
    path: '/orders/17',
    key: 'good',
    fields: bearer,
    after: 0,
    ...changes,
    expected: { status, code },
  }
}

const withMore =
  (more: Fields) =>
  (secret: string): Fields => [...bearer(secret), ...more]
/** What stands in the place of the last character: the checksum is wrong then. */
const spoiled = (secret: string): string => secret.slice(0, -1) + (secret.endsWith('0') ? '1' : '0')

const MISSING = [401, 'credential_missing'] as const
const INVALID = [401, 'credential_invalid'] as const
const SEVERAL = [400, 'bad_header'] as const
const SCOPE = [403, 'scope_missing'] as const
const REQUEST = [403, 'request_not_allowed'] as const
const IP = [403, 'ip_not_allowed'] as const
const ORIGIN = [403, 'origin_not_allowed'] as const
const AGENT = [403, 'user_agent_not_allowed'] as const
const LIMIT = [429, 'limit_reached'] as const

export const PARITY: readonly ParityCase[] = [
  // the credential
  call('a good key as Authorization: Bearer', 'let through'),
  call('a good key as X-Api-Key', 'let through', { fields: (secret) => [['X-Api-Key', secret]] }),
  call('the scheme in small letters', 'let through', { fields: (secret) => [['Authorization', `bearer ${secret}`]] }),
  call('one key in both places', 'let through', { fields: (secret) => withMore([['X-Api-Key', secret]])(secret) }),
  call('no key', MISSING, { fields: () => [] }),
  call('another scheme', MISSING, { fields: () => [['Authorization', 'Basic dXNlcjpwYXNz']] }),
  call('an empty key', MISSING, { fields: () => [['X-Api-Key', '']] }),
  call('the scheme without a key', MISSING, { fields: () => [['Authorization', 'Bearer ']] }),
  call('two different keys', SEVERAL, { fields: withMore([['X-Api-Key', 'another']]) }),
  call('a key beside another scheme', SEVERAL, {
    fields: (secret) => [
      ['X-Api-Key', secret],
      ['Authorization', 'Basic dXNlcjpwYXNz'],
    ],
  }),
  call('a key in the query', [400, 'query_credential'], { path: '/orders/17?key={key}', fields: () => [] }),
  call('a key that is none', INVALID, { fields: () => bearer('nobody') }),
  call('a very long key that is none', INVALID, { fields: () => bearer('x'.repeat(2_000)) }),
  call('a key with a wrong checksum', INVALID, { fields: (secret) => bearer(spoiled(secret)) }),
  call('a key with characters behind it', INVALID, { fields: (secret) => bearer(`${secret}x`) }),
  call('a key that nobody has issued', INVALID, { key: 'unknown' }),
  call('a key that was purged from sight', [401, 'key_deleted'], { key: 'deleted' }),
  // its life
  call('a key that is revoked', [401, 'key_revoked'], { key: 'revoked' }),
  call('a key that has expired', [401, 'key_expired'], { key: 'expired' }),
  call('a key that is not valid yet', [401, 'key_not_yet_valid'], { key: 'early' }),
  call('a key that is disabled', [403, 'key_disabled'], { key: 'disabled' }),
  call('a key that is enabled again', 'let through', { key: 'enabled' }),
  call('a key of an app that is disabled', [403, 'app_disabled'], { key: 'appDisabled' }),
  call('the old secret of a key that was rotated without grace', [401, 'key_expired'], { key: 'rotatedAtOnce' }),
  call('the old secret of a key within its grace', 'let through', { key: 'rotatedWithGrace' }),
  call('a secret whose version is revoked', [401, 'key_revoked'], { key: 'versionRevoked' }),
  // what it may do
  call('a key of another api', [403, 'api_not_allowed'], { key: 'otherApi' }),
  call('a key of both apis', 'let through', { key: 'bothApis' }),
  call('a key without scopes where one is needed', SCOPE, { key: 'scopeless' }),
  call('a key with the scope of another place', 'let through', { key: 'writer', place: 'write' }),
  call('a key with one of two scopes', SCOPE, { key: 'reader', place: 'both' }),
  call('a key with both scopes', 'let through', { place: 'both' }),
  call('a key with the other scope', SCOPE, { key: 'writer' }),
  call('a wildcard that covers the scopes', 'let through', { key: 'wildcard', place: 'both' }),
  call('a wildcard of something else', SCOPE, { key: 'otherWildcard' }),
  call('a role that holds the scope', 'let through', { key: 'roled' }),
  call('a role that does not', SCOPE, { key: 'roled', place: 'both' }),
  // from where
  call('an address within the range', 'let through', { key: 'fromLoopback' }),
  call('an address outside the range', IP, { key: 'fromElsewhere' }),
  call('an address that is denied', IP, { key: 'notFromLoopback' }),
  call('an address that the client claims', IP, {
    key: 'fromElsewhere',
    fields: withMore([
      ['X-Forwarded-For', '192.0.2.1'],
      ['X-Real-IP', '192.0.2.1'],
      ['Forwarded', 'for=192.0.2.1'],
    ]),
  }),
  call('the address range in shadow', 'let through', { key: 'shadowed' }),
  call('the right origin', 'let through', { key: 'ofOrigin', fields: withMore([['Origin', 'https://app.example']]) }),
  call('another origin', ORIGIN, { key: 'ofOrigin', fields: withMore([['Origin', 'https://evil.example']]) }),
  call('no origin', ORIGIN, { key: 'ofOrigin' }),
  call('the right page as Referer', 'let through', {
    key: 'ofOrigin',
    fields: withMore([['Referer', 'https://app.example/shop?x=1']]),
  }),
  call('the right user agent', 'let through', { key: 'ofAgent', fields: withMore([['User-Agent', 'Shop/2.1']]) }),
  call('another user agent', AGENT, { key: 'ofAgent', fields: withMore([['User-Agent', 'curl/8']]) }),
  call('no user agent', AGENT, { key: 'ofAgent' }),
  call('a country that is not known', [403, 'country_not_allowed'], { key: 'ofCountry' }),
  call('another day of the week', [403, 'time_not_allowed'], { key: 'ofAnotherDay' }),
  call('a certificate that is not there', [403, 'certificate_not_allowed'], { key: 'ofCertificate' }),
  call('a version of the api that is not told', [403, 'api_version_not_allowed'], { key: 'ofVersion' }),
  // for what
  call('a method and path that are allowed', 'let through', { key: 'ofRequest' }),
  call('the allowed path with a query', 'let through', { key: 'ofRequest', path: '/orders/17?page=2' }),
  call('another method', REQUEST, { key: 'ofRequest', method: 'DELETE' }),
  call('another path', REQUEST, { key: 'ofRequest', path: '/users/17' }),
  call('a deeper path', REQUEST, { key: 'ofRequest', path: '/orders/17/lines' }),
  call('a method that the client claims', REQUEST, {
    key: 'ofRequest',
    method: 'DELETE',
    fields: withMore([
      ['X-Forwarded-Method', 'GET'],
      ['X-Original-Method', 'GET'],
      ['X-HTTP-Method-Override', 'GET'],
    ]),
  }),
  call('a path that the client claims', REQUEST, {
    key: 'ofRequest',
    path: '/users/17',
    fields: withMore([
      ['X-Forwarded-Uri', '/orders/17'],
      ['X-Original-URI', '/orders/17'],
      ['X-Original-URL', 'http://parity.test/orders/17'],
    ]),
  }),
  call('a path that is claimed beside one that is allowed', 'let through', {
    key: 'ofRequest',
    fields: withMore([
      ['X-Original-URI', '/users/1'],
      ['X-Forwarded-Uri', '/users/1'],
      ['X-Forwarded-Method', 'DELETE'],
    ]),
  }),
  call('an identity that the client claims', 'let through', {
    fields: withMore([
      ['X-Claviger-Identity', 'forged'],
      ['X-Claviger-Key-Id', 'key_forged'],
      ['X-Claviger-Scopes', '*'],
    ]),
  }),
  call('a secret of proxies that the client claims', INVALID, {
    fields: () => [
      ['Authorization', 'Bearer nobody'],
      ['X-Claviger-Secret', 'guess'],
    ],
  }),
  call('a dot segment', [400, 'bad_path'], { path: '/orders/%2e%2e/users' }),
  call('an escaped slash', [400, 'bad_path'], { path: '/orders%2f17' }),
  call('an empty segment', [400, 'bad_path'], { path: '/orders//17' }),
  call('escapes that are not UTF-8', [400, 'bad_path'], { path: '/orders/%ff' }),
  call('an escaped line end', [400, 'bad_path'], { path: '/orders/%0d%0aX-Claviger-Key-Id:key_1' }),
  // how much
  call('the first of two calls', 'let through', { key: 'twoCalls' }),
  call('the third of two calls', LIMIT, { key: 'twoCalls', after: 2 }),
  call('a call beyond a burst', LIMIT, { key: 'oneBurst', after: 1 }),
  call('a call beyond a quota', LIMIT, { key: 'oneADay', after: 1 }),
  call('a call that is dearer than its limit', LIMIT, { key: 'fourUnits', place: 'dear' }),
  call('the second dear call of eight units', LIMIT, { key: 'eightUnits', place: 'dear', after: 1 }),
  call('a call without credits', [429, 'credits_exhausted'], { key: 'creditless' }),
  call('calls one after the other where one may run', 'let through', { key: 'oneAtOnce', after: 2 }),
  call('a call beyond a limit in shadow', 'let through', { key: 'shadowLimit', after: 2 }),
  call('the nearer of two limits', LIMIT, { key: 'twoLimits', after: 1 }),
  call('a call beyond the limit of its plan', LIMIT, { key: 'planned', after: 1 }),
  // how it is called
  call('a POST with a body', 'let through', { method: 'POST', path: '/orders' }),
  call('a PUT', 'let through', { method: 'PUT' }),
  call('a method that is rare', 'let through', { method: 'REPORT' }),
  call('OPTIONS with a key', 'let through', { method: 'OPTIONS' }),
  call('OPTIONS without a key', MISSING, { method: 'OPTIONS', fields: () => [] }),
]
