import { describe, expect, test } from 'vitest'
import {
  type Injected,
  type Injection,
  type Outgoing,
  injection,
  injectionFlaws,
  injectors,
  readyInjection,
} from './index.ts'
import { makeCertified, quietTools } from './testing/tools.ts'

const outgoing: Outgoing = {
  origin: 'https://api.example.com',
  authority: 'api.example.com',
  method: 'POST',
  path: '/v1/chat?x=1',
  headers: ['authorization', 'Bearer caller'],
  body: undefined,
}
const client = await makeCertified('client')
const SECRET = 's3cret/+='

async function inject(chosen: Injection, secret: string, changes: Partial<Outgoing> = {}): Promise<Injected> {
  return readyInjection(chosen, secret, quietTools()).inject({ ...outgoing, ...changes })
}

const cases: readonly {
  readonly injection: Injection
  readonly secret?: string
  readonly path: string
  readonly headers: readonly unknown[]
}[] = [
  { injection: { kind: 'bearer' }, path: '/v1/chat?x=1', headers: ['authorization', 'Bearer s3cret/+='] },
  {
    injection: { kind: 'basic', username: 'ü' },
    path: '/v1/chat?x=1',
    headers: ['authorization', 'Basic w7w6czNjcmV0Lys9'],
  },
  { injection: { kind: 'header', name: 'X-Api-Key' }, path: '/v1/chat?x=1', headers: ['x-api-key', 's3cret/+='] },
  { injection: { kind: 'query', name: 'key' }, path: '/v1/chat?x=1&key=s3cret%2F%2B%3D', headers: [] },
  {
    injection: { kind: 'aws_sigv4', region: 'eu-central-1', service: 'bedrock', access_key_id: 'AKIDEXAMPLE' },
    path: '/v1/chat?x=1',
    headers: [
      'authorization',
      expect.stringMatching(/^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-central-1\/bedrock\/aws4_request, /),
      'x-amz-content-sha256',
      'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
      'x-amz-date',
      expect.stringMatching(/^\d{8}T\d{6}Z$/),
    ],
  },
  {
    injection: { kind: 'oauth2_client_credentials', token_url: 'https://login.example.com/token', client_id: 'me' },
    path: '/v1/chat?x=1',
    headers: ['authorization', 'Bearer token-1'],
  },
  {
    injection: { kind: 'mtls', certificate: client.certificate },
    secret: client.privateKey,
    path: '/v1/chat?x=1',
    headers: [],
  },
]

describe('an injector', () => {
  test.each(cases)('puts a secret in as $injection.kind', async ({ injection: chosen, secret, path, headers }) => {
    expect(await inject(chosen, secret ?? SECRET)).toMatchObject({ path, headers })
  })

  test('has a case here for every kind', () => {
    expect(cases.map((one) => one.injection.kind).toSorted()).toEqual(Object.keys(injectors).toSorted())
  })

  test.each(Object.entries(injectors))('stands under the name of its kind: %s', (name, { settings }) => {
    expect(settings.shape.kind.value).toBe(name)
  })

  test.each(cases)('is read back from what is stored: $injection.kind', ({ injection: chosen }) => {
    expect(injection.parse(JSON.parse(JSON.stringify(chosen)))).toMatchObject({ kind: chosen.kind })
  })

  test.each(cases)('finds no flaw in what works: $injection.kind', ({ injection: chosen, secret }) => {
    expect(injectionFlaws(chosen, secret ?? SECRET, stored)).toEqual([])
  })

  test.each(cases.filter((one) => one.injection.kind !== 'mtls'))(
    'refuses three lines as a secret: $injection.kind',
    ({ injection: chosen }) => {
      expect(injectionFlaws(chosen, 'a\nb\nc', stored)).toEqual([expect.objectContaining({ pointer: '/secret' })])
    },
  )

  test.each([
    ['/p', '/p?key=s'],
    ['/p?', '/p?key=s'],
    ['/p?key=caller', '/p?key=s'],
    ['/p?a=1&key=caller&b=2', '/p?a=1&b=2&key=s'],
    ['/p?k%65y=caller', '/p?key=s'],
    ['/p?key', '/p?key=s'],
    ['/p?KEY=1', '/p?KEY=1&key=s'],
    ['/p?%zz=1&q=a%20b+c', '/p?%zz=1&q=a%20b+c&key=s'],
  ])('replaces the parameter in %s and leaves the rest as it was', async (path, expected) => {
    expect(await inject({ kind: 'query', name: 'key' }, 's', { path })).toEqual({ path: expected, headers: [] })
  })
})

const stored = { nowMs: Date.now(), origins: ['https://api.example.com'], namedHosts: new Set(['localhost']) }

describe('an OAuth 2.0 client', () => {
  const kind = 'oauth2_client_credentials'
  test.each([
    'http://login.example.com/token',
    'https://user@login.example.com/token',
    'https://login.example.com/token#x',
    'login.example.com/token',
    'https://login.example.com\\@evil.example/',
    'ftp://login.example.com/',
  ])('is not given the token endpoint %s', (url) => {
    expect(injectionFlaws({ kind, token_url: url, client_id: 'me' }, 's', stored)).toEqual([
      expect.objectContaining({ pointer: '/injection/token_url' }),
    ])
  })

  test('may ask a host in plaintext that the operator named', () => {
    expect(injectionFlaws({ kind, token_url: 'http://localhost:9/t', client_id: 'me' }, 's', stored)).toEqual([])
  })
})

describe('a client certificate', () => {
  const kind = 'mtls'
  const { certificate } = client
  test.each([
    { because: 'the key is of another one', secret: 'other', pointer: '/secret' },
    { because: 'the secret is no key', secret: 'no key', pointer: '/secret' },
    { because: 'the certificate is none', certificate: 'nothing', pointer: '/injection/certificate' },
    {
      because: 'the certificate cannot be read',
      certificate: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----',
      pointer: '/injection/certificate',
    },
    { because: 'the authority is none', ca: 'nothing', pointer: '/injection/ca' },
    { because: 'it would go over plain http', origins: ['http://localhost:1'], pointer: '/origins/0' },
    { because: 'it has expired', nowMs: Date.now() + 10 * 86_400_000, pointer: '/injection/certificate' },
  ])('is refused when $because', async ({ pointer, secret, ...changes }) => {
    const key = secret === 'other' ? (await makeCertified('client')).privateKey : (secret ?? client.privateKey)
    const { ca } = changes
    const chosen = { kind, certificate: changes.certificate ?? certificate, ...(ca !== undefined && { ca }) } as const
    expect(injectionFlaws(chosen, key, { ...stored, ...changes })).toEqual([expect.objectContaining({ pointer })])
  })

  test('goes out over TLS only, and not after its end', async () => {
    const made = (nowMs: number) =>
      readyInjection({ kind, certificate }, client.privateKey, { ...quietTools(), nowMs: () => nowMs })
    expect(() => made(Date.now()).inject({ ...outgoing, origin: 'http://localhost' })).toThrow('needs TLS')
    expect(() => made(Date.now() + 10 * 86_400_000).inject(outgoing)).toThrow(/^its certificate expired at \d{4}-/)
  })
})
