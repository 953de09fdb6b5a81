/**
 * Signatures that AWS has published: the signing test suite of awslabs/aws-c-auth (tests/aws-signing-test-suite/v4,
 * Apache-2.0), and the four examples of the S3 manual ("Signature Calculations for the Authorization Header").
 */
import { Readable } from 'node:stream'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { awsSigner, sha256Hex } from '#seal'
import { type Canonical, canonicalRequest, pathStyleOf } from './aws-canonical.ts'
import { awsSigv4 } from './aws-sigv4.ts'
import type { Injected, Outgoing } from './injector.ts'
import { quietTools } from './testing/tools.ts'

const INSTANT = '20150830T123600Z'
const SECRET = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY'
const EMPTY = sha256Hex('')
const LETTERS = '-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const HOST = ['host', 'example.amazonaws.com'] as const
const DATE = ['x-amz-date', INSTANT] as const

function signatureOf(changes: Partial<Canonical>): string {
  const { text } = canonicalRequest({
    method: 'GET',
    path: '/',
    headers: [HOST, DATE],
    payload: EMPTY,
    pathStyle: 'normalised',
    ...changes,
  })
  const sign = awsSigner(SECRET, { day: '20150830', region: 'us-east-1', service: 'service' })
  return sign(`AWS4-HMAC-SHA256\n${INSTANT}\n20150830/us-east-1/service/aws4_request\n${sha256Hex(text)}`)
}

const field = (name: string, ...values: readonly string[]) => values.map((value) => [name, value] as const)
const token = '6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267'
const longToken =
  'AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA=='
const form = 'Param1=value1'

const suite: readonly (readonly [name: string, changes: Partial<Canonical>, signature: string])[] = [
  ['get-vanilla', {}, '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31'],
  [
    'get-vanilla-empty-query-key',
    { path: '/?Param1=value1' },
    'a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb',
  ],
  [
    'get-vanilla-query-order-key-case',
    { path: '/?Param2=value2&Param1=value1' },
    'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
  ],
  [
    'get-vanilla-query-order-encoded',
    { path: '/?Param-3=Value3&Param=Value2&%E1%88%B4=Value1' },
    '371d3713e185cc334048618a97f809c9ffe339c62934c032af5a0e595648fcac',
  ],
  [
    'get-vanilla-query-unreserved',
    { path: `/?${LETTERS}=${LETTERS}` },
    '9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197',
  ],
  ['get-vanilla-utf8-query', { path: '/?ሴ=bar' }, '2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04'],
  [
    'get-vanilla-with-session-token',
    { headers: [HOST, DATE, ...field('x-amz-security-token', token)] },
    '07ec1639c89043aa0e3e2de82b96708f198cceab042d4a97044c66dd9f74e7f8',
  ],
  [
    'get-header-key-duplicate',
    { headers: [HOST, ...field('my-header1', 'value2', 'value2', 'value1'), DATE] },
    'c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea',
  ],
  // Its folded lines are three values; a field of ours has one line.
  [
    'get-header-value-multiline',
    { headers: [HOST, ...field('my-header1', 'value1', 'value2', 'value3'), DATE] },
    'ba17b383a53190154eb5fa66a1b836cc297cc0a3d70a5d00705980573d8ff790',
  ],
  [
    'get-header-value-trim',
    { headers: [HOST, ...field('my-header1', ' value1'), ...field('my-header2', ' "a   b   c"'), DATE] },
    'acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736',
  ],
  ['get-unreserved', { path: `/${LETTERS}` }, '07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f'],
  ['get-utf8', { path: '/ሴ' }, '8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85'],
  [
    'get-relative-relative-normalized',
    { path: '/example1/example2/../..' },
    '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
  ],
  [
    'get-relative-relative-unnormalized',
    { path: '/example1/example2/../..', pathStyle: 'as_is' },
    'dc33e0856fd4baca4d7aa2146c38958283844764f38c74252a333df5e613003b',
  ],
  [
    'get-slash-pointless-dot-normalized',
    { path: '/./example' },
    'ef75d96142cf21edca26f06005da7988e4f8dc83a165a80865db7089db637ec5',
  ],
  [
    'get-slashes-normalized',
    { path: '//example//' },
    '9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84',
  ],
  [
    'get-slashes-unnormalized',
    { path: '//example//', pathStyle: 'as_is' },
    '87cca117541a147f6df867677d98a7d80dff226d2bfca9e4ffa899665623c7e5',
  ],
  [
    'get-space-normalized',
    { path: '/example space/' },
    '652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741',
  ],
  [
    'get-space-unnormalized',
    { path: '/example space/', pathStyle: 'as_is' },
    '652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741',
  ],
  ['post-vanilla', { method: 'POST' }, '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b'],
  [
    'post-vanilla-query',
    { method: 'POST', path: '/?Param1=value1' },
    '28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11',
  ],
  [
    'post-sts-header-before',
    { method: 'POST', headers: [HOST, ...field('x-amz-security-token', longToken), DATE] },
    '85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead',
  ],
  [
    'post-x-www-form-urlencoded',
    {
      method: 'POST',
      headers: [
        ...field('content-type', 'application/x-www-form-urlencoded'),
        HOST,
        ...field('content-length', '13'),
        ...field('x-amz-content-sha256', sha256Hex(form)),
        DATE,
      ],
      payload: sha256Hex(form),
    },
    'd3875051da38690788ef43de4db0d8f280229d82040bfac253562e56c3f20e0b',
  ],
]

describe("AWS's own signatures", () => {
  test.each(suite)('%s', (_name, changes, signature) => {
    expect(signatureOf(changes)).toBe(signature)
  })
})

describe('a path and a query', () => {
  /** Another spelling of the same text: some letters escaped that need not be, hex digits large or small. */
  const respelt = (text: string, choices: readonly number[]): string =>
    [...encodeURIComponent(text)]
      .map((letter, index) => {
        const choice = choices[index % choices.length] ?? 0
        if (letter === '%' || /[0-9A-F]/.test(letter) || choice === 0) return letter
        const hex = letter.charCodeAt(0).toString(16)
        return `%${choice === 1 ? hex : hex.toUpperCase()}`
      })
      .join('')
  const choices = fc.array(fc.nat(2), { minLength: 1, maxLength: 8 })
  const text = fc.string({ unit: 'grapheme', maxLength: 8 })

  test('are signed alike in every spelling that means the same', () => {
    fc.assert(
      fc.property(text, text, text, choices, (segment, name, value, how) => {
        const plain = `/${encodeURIComponent(segment)}?${encodeURIComponent(name)}x=${encodeURIComponent(value)}`
        const other = `/${respelt(segment, how)}?${respelt(name, how)}x=${respelt(value, how)}`
        expect(signatureOf({ path: other, pathStyle: 'as_is' })).toBe(signatureOf({ path: plain, pathStyle: 'as_is' }))
      }),
    )
  })

  test.each([
    ['s3', 'as_is'],
    ['s3express', 'as_is'],
    ['s3-outposts', 'as_is'],
    ['s3tables', 'normalised'],
    ['execute-api', 'normalised'],
  ])('are read by %s %s', (service, style) => {
    expect(pathStyleOf(service)).toBe(style)
  })

  test('that are no UTF-8 are signed byte by byte', () => {
    const { text: canonical } = canonicalRequest({
      method: 'GET',
      path: '/%ff%7e!?%fe=%zz',
      headers: [HOST],
      payload: EMPTY,
      pathStyle: 'as_is',
    })
    expect(canonical.split('\n').slice(1, 3)).toEqual(['/%FF%7E%21', '%FE=%25zz'])
  })
})

const S3 = 'examplebucket.s3.amazonaws.com'
const s3 = {
  kind: 'aws_sigv4',
  region: 'us-east-1',
  service: 's3',
  access_key_id: 'AKIAIOSFODNN7EXAMPLE',
} as const
const atMs = Date.parse('2013-05-24T00:00:00Z')

async function inject(
  changes: Partial<Outgoing>,
  settings: Partial<Parameters<typeof awsSigv4.ready>[0]> = {},
  secret = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
): Promise<Injected> {
  const ready = awsSigv4.ready({ ...s3, ...settings }, secret, { ...quietTools(), nowMs: () => atMs })
  const outgoing = { origin: `https://${S3}`, authority: S3, method: 'GET', path: '/', headers: [], body: undefined }
  return ready.inject({ ...outgoing, ...changes })
}

const authorizationOf = ({ headers }: Injected): string => headers[1] ?? ''
const signatureIn = (injected: Injected): string => authorizationOf(injected).split('Signature=')[1] ?? ''

describe('a signed request', () => {
  test.each([
    ['/?lifecycle', 'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543'],
    ['/?max-keys=2&prefix=J', '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7'],
  ])('to S3 is signed as the manual says: %s', async (path, signature) => {
    expect(signatureIn(await inject({ path }))).toBe(signature)
  })

  test('to S3 with a body and other signed fields as the manual says', () => {
    const payload = sha256Hex('Welcome to Amazon S3.')
    const headers = [
      ['date', 'Fri, 24 May 2013 00:00:00 GMT'],
      ['host', S3],
      ['x-amz-content-sha256', payload],
      ['x-amz-date', '20130524T000000Z'],
      ['x-amz-storage-class', 'REDUCED_REDUNDANCY'],
    ] as const
    const { text } = canonicalRequest({
      method: 'PUT',
      path: '/test%24file.text',
      headers,
      payload,
      pathStyle: 'as_is',
    })
    const sign = awsSigner('wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', { ...s3, day: '20130524' })
    const scope = '20130524/us-east-1/s3/aws4_request'
    expect(sign(`AWS4-HMAC-SHA256\n20130524T000000Z\n${scope}\n${sha256Hex(text)}`)).toBe(
      '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
    )
  })

  test('signs the hash of a body in memory, the type of the body, and AWS fields of the caller', async () => {
    const body = new TextEncoder().encode('{}')
    const headers = ['Content-Type', 'application/json', 'X-Amz-Target', 'T.Op', 'X-Other', '1']
    const injected = await inject({ method: 'POST', headers, body }, { service: 'dynamodb' })
    expect(injected.headers).toContain(sha256Hex('{}'))
    expect(authorizationOf(injected)).toContain(
      'SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date;x-amz-target,',
    )
  })

  test('signs the bytes of a field, not what they look like', async () => {
    const asNodeHasIt = Buffer.from('Grüße', 'utf8').toString('latin1')
    const text = canonicalRequest({
      method: 'GET',
      path: '/',
      headers: [
        ['host', S3],
        ['x-amz-content-sha256', EMPTY],
        ['x-amz-date', '20130524T000000Z'],
        ['x-amz-meta-to', 'Grüße'],
      ],
      payload: EMPTY,
      pathStyle: 'as_is',
    }).text
    const sign = awsSigner('wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', { ...s3, day: '20130524' })
    const scope = '20130524/us-east-1/s3/aws4_request'
    expect(signatureIn(await inject({ headers: ['X-Amz-Meta-To', asNodeHasIt] }))).toBe(
      sign(`AWS4-HMAC-SHA256\n20130524T000000Z\n${scope}\n${sha256Hex(text)}`),
    )
  })

  test('depends on method, path, query, host, type and body', async () => {
    const json = ['content-type', 'application/json']
    const all = await Promise.all(
      [
        {},
        { method: 'PUT' },
        { path: '/a' },
        { path: '/?a' },
        { authority: 'other.example' },
        { headers: json },
        { body: new Uint8Array(1) },
      ].map(async (changes) => signatureIn(await inject(changes))),
    )
    expect(new Set(all).size).toBe(all.length)
  })

  test('takes nothing over that the caller has signed', async () => {
    const headers = ['X-Amz-Date', 'x', 'x-amz-content-sha256', 'y', 'X-Amz-Security-Token', 'z', 'Authorization', 'w']
    const injected = await inject({ headers })
    expect(signatureIn(injected)).toBe(signatureIn(await inject({})))
    const gone = ['authorization', 'x-amz-date', 'x-amz-content-sha256', 'x-amz-security-token']
    const names = injected.headers.filter((_text, index) => index % 2 === 0)
    expect(gone.filter((name) => !names.includes(name) && injected.removes?.has(name) !== true)).toEqual([])
  })

  test('shows and signs the session token of temporary credentials, which stands on the second line', async () => {
    const injected = await inject({}, {}, `${SECRET}\nIQoJb3JpZ2lu+/=\n`)
    expect(injected.headers.slice(-2)).toEqual(['x-amz-security-token', 'IQoJb3JpZ2lu+/='])
    expect(authorizationOf(injected)).toContain('x-amz-security-token,')
  })

  test('leaves a streamed body unsigned where that was chosen, and else asks for it in memory', async () => {
    const stream = Readable.from(['x'])
    expect((await inject({ body: stream }, { payload: 'unsigned' })).headers).toContain('UNSIGNED-PAYLOAD')
    await expect(inject({ body: stream })).rejects.toThrow('not in memory')
    expect(awsSigv4.ready({ ...s3, payload: 'unsigned' }, SECRET, quietTools()).readsBodyBytes).toBeUndefined()
    expect(awsSigv4.ready(s3, SECRET, quietTools()).readsBodyBytes).toBe(8 * 1024 * 1024)
    stream.destroy()
  })

  test('writes a blank in its query in the one way that everybody reads alike', async () => {
    expect((await inject({ path: '/a+b?q=x+y&q=%2B' })).path).toBe('/a+b?q=x%20y&q=%2B')
  })

  test('has the key of its day', async () => {
    let nowMs = atMs
    const ready = awsSigv4.ready(s3, SECRET, { ...quietTools(), nowMs: () => nowMs })
    const sign = () =>
      authorizationOf(
        ready.inject({
          origin: `https://${S3}`,
          authority: S3,
          method: 'GET',
          path: '/',
          headers: [],
          body: undefined,
        }),
      )
    const before = sign()
    nowMs += 86_400_000
    expect(sign()).toContain('/20130525/us-east-1/s3/')
    nowMs = atMs
    expect(sign()).toBe(before)
  })
})
