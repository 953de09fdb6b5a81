import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ERROR_STATUS } from '../error/codes.ts'
import { parseIp, type IpAddress } from '../net/ip.ts'
import { compileRestrictions } from './compile-restrictions.ts'
import { COUNTRIES } from './countries.ts'
import type { GeoLookup } from '../net/geo-lookup.ts'
import { RESTRICTION_CODES, type Restriction, type RestrictionFacts } from './restriction.ts'

const HEX = 'ab'.repeat(32)
const geo: GeoLookup = {
  countryOf: (ip) => (ip.family === 4 ? ['DE', 'FR', undefined][ip.word3 % 3] : undefined),
  asnOf: (ip) => (ip.family === 4 ? [64_500, 64_501, undefined][ip.word3 % 3] : undefined),
}
/** 0 modulo 3, 1 modulo 3, 2 modulo 3: in Germany, in France, nowhere. */
const [GERMAN, FRENCH, UNKNOWN] = ['0.0.0.3', '0.0.0.4', '0.0.0.5'].map(address)

describe('ip', () => {
  test.each([
    { allow: ['10.0.0.0/8'], from: '10.1.2.3', refused: false },
    { allow: ['10.0.0.0/8'], from: '::ffff:10.1.2.3', refused: false },
    { allow: ['::ffff:10.0.0.0/104'], from: '10.1.2.3', refused: false },
    { allow: ['10.0.0.0/8'], from: '11.0.0.0', refused: true },
    { allow: ['10.0.0.0/8'], from: '2001:db8::1', refused: true },
    { allow: ['2001:db8::/32'], from: '2001:db8::1', refused: false },
    { allow: ['10.0.0.0/8'], from: undefined, refused: true },
    { allow: [], from: '10.1.2.3', refused: true },
    { deny: ['10.0.0.0/8'], from: '10.1.2.3', refused: true },
    { deny: ['10.0.0.0/8'], from: '11.0.0.0', refused: false },
    { deny: ['10.0.0.0/8'], from: undefined, refused: true },
    { allow: ['10.0.0.0/8'], deny: ['10.1.0.0/16'], from: '10.1.2.3', refused: true },
    { allow: ['10.1.2.3'], deny: ['10.0.0.0/8'], from: '10.1.2.3', refused: true },
    { allow: ['10.0.0.0/8'], deny: ['10.1.0.0/16'], from: '10.2.0.0', refused: false },
  ])('allow $allow, deny $deny: from $from it is refused: $refused', ({ allow, deny, from, refused }) => {
    const clientIp = from === undefined ? undefined : address(from)
    expect(refuses({ kind: 'ip', allow, deny }, { clientIp })).toBe(refused)
  })

  test('names the network that decided, and the edit that would let the address in', () => {
    const both: Restriction = { kind: 'ip', allow: ['10.1.0.0/16'], deny: ['10.2.0.0/16', '10.2.3.0/24'] }
    expect(told(both, { clientIp: address('10.2.3.4') })).toEqual([
      '10.2.3.4 lies in 10.2.0.0/16 of deny.',
      'take 10.2.0.0/16 out of ip deny and take 10.2.3.0/24 out of ip deny and add 10.2.3.4/32 to ip allow',
    ])
    expect(told(both, { clientIp: address('2001:db8::1') })).toEqual([
      '2001:db8::1 lies in no network of allow.',
      'add 2001:db8::1/128 to ip allow',
    ])
    expect(told(both, {})).toEqual(['The address of the client is not known.', 'tell the address of the client'])
  })
})

describe('origin', () => {
  test.each([
    { allow: 'https://app.example.com', origin: 'https://app.example.com', refused: false },
    { allow: 'https://app.example.com', origin: 'https://APP.example.com:443', refused: false },
    { allow: 'https://app.example.com:443', origin: 'https://app.example.com', refused: false },
    { allow: 'https://app.example.com', origin: 'http://app.example.com', refused: true },
    { allow: 'https://app.example.com', origin: 'https://app.example.com:8443', refused: true },
    { allow: 'https://app.example.com', origin: 'https://app.example.com.evil.example', refused: true },
    { allow: 'https://app.example.com', origin: 'null', refused: true },
    { allow: 'https://app.example.com', origin: '', refused: true },
    { allow: 'https://app.example.com', origin: 'https://app.example.com, https://evil.example', refused: true },
    { allow: 'https://*.example.com', origin: 'https://app.example.com', refused: false },
    { allow: 'https://*.example.com', origin: 'https://a.b.example.com', refused: false },
    { allow: 'https://*.EXAMPLE.com:8443', origin: 'https://app.example.com:8443', refused: false },
    { allow: 'https://*.example.com', origin: 'https://example.com', refused: true },
    { allow: 'https://*.example.com', origin: 'https://.example.com', refused: true },
    { allow: 'https://*.example.com', origin: 'https://evilexample.com', refused: true },
    { allow: 'https://*.example.com', origin: 'https://app.example.com.evil.example', refused: true },
    { allow: 'https://*.example.com', origin: 'https://evil.example/app.example.com', refused: true },
    { allow: 'https://*.example.com', origin: 'http://app.example.com', refused: true },
    { allow: 'https://*.example.com', origin: 'https://app.example.com:444', refused: true },
    { allow: 'http://127.0.0.1:3000', origin: 'http://127.0.0.1:3000', refused: false },
    { allow: 'https://bücher.example', origin: 'https://xn--bcher-kva.example', refused: false },
  ])('$allow, called from $origin: refused is $refused', ({ allow, origin, refused }) => {
    expect(refuses({ kind: 'origin', allow: [allow] }, { origin })).toBe(refused)
  })

  test.each([
    { referer: 'https://app.example.com/', refused: false },
    { referer: 'https://app.example.com/deep/page?x=https://evil.example', refused: false },
    { referer: 'https://app.example.com', refused: false },
    { referer: 'https://evil.example/https://app.example.com/', refused: true },
    { referer: 'https://app.example.com@evil.example/', refused: true },
    { referer: 'https://evil.example\\@app.example.com/', refused: true },
    { referer: 'https://app.example.com\\.evil.example/', refused: true },
    { referer: 'about:blank', refused: true },
    { referer: '', refused: true },
    { referer: undefined, refused: true },
  ])('without Origin, Referer $referer is refused: $refused', ({ referer, refused }) => {
    expect(refuses({ kind: 'origin', allow: ['https://app.example.com'] }, { referer })).toBe(refused)
  })

  test('a good Referer does not mend another Origin', () => {
    const facts = { origin: 'null', referer: 'https://app.example.com/' }
    expect(refuses({ kind: 'origin', allow: ['https://app.example.com'] }, facts)).toBe(true)
  })

  test('tells what it saw', () => {
    const restriction: Restriction = { kind: 'origin', allow: ['https://app.example.com'] }
    expect(told(restriction, { referer: 'https://www.example.com:444/a' })).toEqual([
      'https://www.example.com:444 is not allowed.',
      'add https://www.example.com:444 to origin allow',
    ])
    expect(told(restriction, { origin: 'null' })[1]).toBe('call with an Origin that is http or https')
  })
})

describe('user_agent', () => {
  test.each([
    { allow: ['MyApp/*'], userAgent: 'myapp/2.1 (linux)', refused: false },
    { allow: ['MyApp/*'], userAgent: 'curl/8', refused: true },
    { allow: ['*'], userAgent: undefined, refused: true },
    { deny: ['*bot*'], userAgent: 'GoogleBot/2', refused: true },
    { deny: ['*bot*'], userAgent: 'curl/8', refused: false },
    { deny: ['*bot*'], userAgent: undefined, refused: false },
    { allow: ['*'], deny: ['curl/*'], userAgent: 'curl/8', refused: true },
  ])('allow $allow, deny $deny: $userAgent is refused: $refused', ({ allow, deny, userAgent, refused }) => {
    expect(refuses({ kind: 'user_agent', allow, deny }, { userAgent })).toBe(refused)
  })

  test('tells which pattern decided', () => {
    expect(told({ kind: 'user_agent', allow: ['x*'], deny: ['*bot*'] }, { userAgent: 'robot' })).toEqual([
      '"robot" matches *bot* of deny.',
      'take *bot* out of user_agent deny and add "robot" to user_agent allow',
    ])
  })
})

describe('request', () => {
  const restriction: Restriction = {
    kind: 'request',
    allow: [{ methods: ['GET', 'HEAD'], path: '/orders/{id}' }, { path: '/files/**' }],
  }

  test.each([
    { method: 'GET', path: '/orders/17', refused: false },
    { method: 'HEAD', path: '/orders/17', refused: false },
    { method: 'DELETE', path: '/orders/17', refused: true },
    { method: 'get', path: '/orders/17', refused: true },
    { method: 'PURGE', path: '/files/a/b', refused: false },
    { method: 'GET', path: '/orders/17/../18', refused: true },
    { method: 'GET', path: '/files/%2e%2e/orders', refused: true },
    { method: 'GET', path: '/orders/a%2fb', refused: true },
    { method: undefined, path: '/files/a', refused: true },
    { method: 'GET', path: undefined, refused: true },
    { method: 'GET', path: '', refused: true },
  ])('$method $path is refused: $refused', ({ method, path, refused }) => {
    expect(refuses(restriction, { method, path })).toBe(refused)
  })

  test('tells what matched but for the method, and what would let it through', () => {
    expect(told(restriction, { method: 'PUT', path: '/orders/17' })).toEqual([
      '/orders/17 matches /orders/{id}, which is not allowed with PUT.',
      'add PUT /orders/17 to request allow',
    ])
    expect(told(restriction, { method: 'GET', path: '/a/../b' })[0]).toBe(
      'Two servers could read the path in two ways.',
    )
  })
})

describe('country and asn', () => {
  test.each([
    { what: 'an allowed one', allowed: GERMAN, list: 'allow', refused: false },
    { what: 'another', allowed: FRENCH, list: 'allow', refused: true },
    { what: 'an unknown one', allowed: UNKNOWN, list: 'allow', refused: true },
    { what: 'no address', allowed: undefined, list: 'allow', refused: true },
    { what: 'a denied one', allowed: GERMAN, list: 'deny', refused: true },
    { what: 'another', allowed: FRENCH, list: 'deny', refused: false },
    { what: 'an unknown one', allowed: UNKNOWN, list: 'deny', refused: false },
    { what: 'no address', allowed: undefined, list: 'deny', refused: false },
  ])('$what under $list is refused: $refused', ({ allowed: clientIp, list, refused }) => {
    expect(refuses({ kind: 'country', [list]: ['DE'] }, { clientIp, geo })).toBe(refused)
    expect(refuses({ kind: 'asn', [list]: [64_500] }, { clientIp, geo })).toBe(refused)
  })

  test('without a file everything is unknown', () => {
    expect(refuses({ kind: 'country', allow: ['DE'] }, { clientIp: GERMAN })).toBe(true)
    expect(refuses({ kind: 'asn', deny: [64_500] }, { clientIp: GERMAN })).toBe(false)
    expect(told({ kind: 'asn', allow: [1] }, { clientIp: GERMAN })[0]).toBe(
      'There is no file that tells the asn of an address.',
    )
  })

  test('tell where the address is', () => {
    expect(told({ kind: 'country', allow: ['DE'] }, { clientIp: FRENCH, geo })).toEqual([
      '0.0.0.4 is of FR, which is not in allow.',
      'add FR to country allow',
    ])
    expect(told({ kind: 'asn', deny: [64_501] }, { clientIp: FRENCH, geo })).toEqual([
      '0.0.0.4 is of AS64501, which is in deny.',
      'take AS64501 out of asn deny',
    ])
  })

  test('the table of countries holds the 249 of ISO 3166-1 and Kosovo, each with a name', () => {
    expect(COUNTRIES.size).toBe(250)
    const names = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' })
    for (const code of COUNTRIES) expect(names.of(code), code).toMatch(/^\p{L}/u)
    for (const code of ['UK', 'EU', 'ZZ', 'AN', 'SU', 'AA', '', 'de']) expect(COUNTRIES.has(code)).toBe(false)
  })
})

describe('client_certificate and api_version', () => {
  test.each([
    { text: HEX, given: HEX, refused: false },
    { text: Buffer.from(HEX, 'hex').toString('base64url'), given: HEX, refused: false },
    { text: 'cd'.repeat(32), given: HEX, refused: true },
    { text: HEX, given: undefined, refused: true },
  ])('a certificate $given for $text is refused: $refused', ({ text, given, refused }) => {
    expect(refuses({ kind: 'client_certificate', thumbprints: [text] }, { clientCertificate: given })).toBe(refused)
  })

  test.each([
    { apiVersion: '2026-01', refused: false },
    { apiVersion: '2025-01', refused: true },
    { apiVersion: undefined, refused: true },
  ])('version $apiVersion is refused: $refused', ({ apiVersion, refused }) => {
    expect(refuses({ kind: 'api_version', allow: ['2026-01', '2026-07'] }, { apiVersion })).toBe(refused)
  })
})

/** One of each kind, which refuses a call that nobody knows anything of. */
const STRICT: readonly Restriction[] = [
  { kind: 'ip', allow: ['10.0.0.0/8'] },
  { kind: 'origin', allow: ['https://app.example.com'] },
  { kind: 'user_agent', allow: ['MyApp/*'] },
  { kind: 'request', allow: [{ path: '/orders' }] },
  { kind: 'country', allow: ['DE'] },
  { kind: 'asn', allow: [64_500] },
  { kind: 'time', zone: 'UTC', windows: [{ days: ['sun'], from: '03:00', to: '04:00' }] },
  { kind: 'client_certificate', thumbprints: [HEX] },
  { kind: 'api_version', allow: ['1'] },
]

describe('compileRestrictions', () => {
  test('has one of each kind above', () => {
    expect(STRICT.map(({ kind }) => kind)).toEqual(Object.keys(RESTRICTION_CODES))
  })

  test.each(STRICT)(
    '$kind names its place and kind, refuses with its own code, and says what it lacks',
    (restriction) => {
      const [, compiled] = compileRestrictions([{ kind: 'ip', deny: ['10.0.0.0/8'] }, restriction])
      const code = RESTRICTION_CODES[restriction.kind]
      expect(compiled).toMatchObject({ rule: `key.restrictions/1.${restriction.kind}`, code, mode: 'enforce' })
      expect(ERROR_STATUS[code]).toBe(403)
      const nothingKnown = { nowMs: 0, clientIp: undefined }
      expect(compiled?.refuses(nothingKnown)).toBe(true)
      expect(compiled?.detail(nothingKnown)).toMatch(/\.$/)
      expect(compiled?.change(nothingKnown)).toMatch(/^[a-z].*[^.]$/)
    },
  )

  test.each(STRICT)('$kind in shadow mode judges alike', (restriction) => {
    const [shadowed] = compileRestrictions([{ ...restriction, mode: 'shadow' }])
    expect([shadowed?.mode, shadowed?.refuses({ nowMs: 0, clientIp: undefined })]).toEqual(['shadow', true])
  })

  test('keeps the order', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...STRICT), { maxLength: 12 }), (list) => {
        expect(compileRestrictions(list).map(({ rule }) => rule)).toEqual(
          list.map(({ kind }, index) => `key.restrictions/${index}.${kind}`),
        )
      }),
    )
  })

  test.each<{ readonly wrong: Restriction; readonly pointers: readonly string[] }>([
    { wrong: { kind: 'ip' }, pointers: [''] },
    { wrong: { kind: 'ip', allow: ['10.0.0.0/8', '10.0.0.1/8'], deny: ['x'] }, pointers: ['/allow/1', '/deny/0'] },
    {
      wrong: { kind: 'origin', allow: ['https://a.example/x', 'app.example.com'] },
      pointers: ['/allow/0', '/allow/1'],
    },
    {
      wrong: { kind: 'origin', allow: ['https://*', 'https://*.*.example.com', 'https://a.*.example.com'] },
      pointers: ['/allow/0', '/allow/1', '/allow/2'],
    },
    {
      wrong: { kind: 'origin', allow: ['https://*.127.0.0.1', '*', 'https://*.', 'ftp://a.example'] },
      pointers: ['/allow/0', '/allow/1', '/allow/2', '/allow/3'],
    },
    { wrong: { kind: 'user_agent' }, pointers: [''] },
    { wrong: { kind: 'user_agent', allow: ['a', ''], deny: [''] }, pointers: ['/allow/1', '/deny/0'] },
    {
      wrong: { kind: 'request', allow: [{ methods: ['GET', 'get', ''], path: 'a' }] },
      pointers: ['/allow/0/methods/1', '/allow/0/methods/2', '/allow/0/path'],
    },
    { wrong: { kind: 'country' }, pointers: [''] },
    { wrong: { kind: 'country', allow: ['DE'], deny: ['FR'] }, pointers: [''] },
    { wrong: { kind: 'country', allow: ['DE', 'UK', 'de'] }, pointers: ['/allow/1', '/allow/2'] },
    {
      wrong: { kind: 'asn', deny: [1, 0, -1, 1.5, 4_294_967_296, NaN] },
      pointers: [1, 2, 3, 4, 5].map((n) => `/deny/${n}`),
    },
    {
      wrong: {
        kind: 'time',
        zone: 'Mars/Olympus',
        windows: [
          { from: '9:00', to: '24:01' },
          { from: '24:00', to: '24:00' },
          { from: '09:00', to: '09:00' },
        ],
      },
      pointers: ['/zone', '/windows/0/from', '/windows/0/to', '/windows/1/from', '/windows/2/to'],
    },
    { wrong: { kind: 'client_certificate', thumbprints: [HEX, 'x'] }, pointers: ['/thumbprints/1'] },
  ])('$wrong cannot be meant: $pointers', ({ wrong, pointers }) => {
    expect(problemsOf([{ kind: 'ip', allow: ['10.0.0.0/8'] }, wrong])).toEqual(
      pointers.map((pointer) => `/restrictions/1${pointer}`),
    )
  })

  test('tells what is wrong with all of them at once', () => {
    const list: readonly Restriction[] = [{ kind: 'ip' }, { kind: 'api_version', allow: ['1'] }, { kind: 'country' }]
    expect(problemsOf(list)).toEqual(['/restrictions/0', '/restrictions/2'])
  })
})

function problemsOf(list: readonly Restriction[]): readonly string[] {
  try {
    compileRestrictions(list)
    return []
  } catch (error) {
    expect(error).toMatchObject({ code: 'validation_failed' })
    return (error as { errors: readonly { pointer: string }[] }).errors.map(({ pointer }) => pointer)
  }
}

function compiledOne(restriction: Restriction) {
  const [compiled] = compileRestrictions([restriction])
  if (compiled === undefined) throw new Error('nothing was compiled')
  return compiled
}

function refuses(restriction: Restriction, facts: Partial<RestrictionFacts>): boolean {
  return compiledOne(restriction).refuses({ nowMs: 0, clientIp: undefined, ...facts })
}

/** What was found, and what would have to change. */
function told(restriction: Restriction, facts: Partial<RestrictionFacts>): readonly [string, string] {
  const compiled = compiledOne(restriction)
  const all = { nowMs: 0, clientIp: undefined, ...facts }
  expect(compiled.refuses(all)).toBe(true)
  return [compiled.detail(all), compiled.change(all)]
}

function address(text: string): IpAddress {
  const ip = parseIp(text)
  if (ip === undefined) throw new Error(`${text} is no address`)
  return ip
}
