/** Credentials that are more than a header field, from the control API to an upstream that checks them; and the guide's examples. */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer as createHttp, type IncomingMessage, type RequestListener } from 'node:http'
import { createServer as createHttps } from 'node:https'
import type { Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { TLSSocket } from 'node:tls'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Authority, makeAuthority } from '../../packages/server/src/injections/testing/certificate.ts'
import { isSignedWith, type AwsKey } from '../../packages/server/src/injections/testing/verify-aws.ts'
import { api, makeKey, makeWorld, startProduct, type Product } from '../support/product.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const AWS: AwsKey = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  region: 'eu-central-1',
  service: 'bedrock',
}

let product: Product
let key: string
let apiId: string
let folder: string
let authority: Authority
let plain: { readonly origin: string; readonly server: Server }
let mutual: { readonly origin: string; readonly server: Server }
/** Client secrets that the token endpoint was shown. */
const shown: string[] = []
/** Tokens that the upstream takes no more. */
const refused = new Set<string>()

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'claviger-provider-keys-'))
  authority = await makeAuthority()
  const own = await authority.issue(['127.0.0.1'])
  plain = await listen(createHttp(upstream), 'http')
  mutual = await listen(
    createHttps(
      { cert: own.certificate, key: own.privateKey, ca: authority.certificate, requestCert: true },
      (request, response) => {
        response.end(request.socket instanceof TLSSocket ? request.socket.getPeerCertificate().subjectaltname : '')
      },
    ),
    'https',
  )
  product = await startProduct()
  const world = await makeWorld(product, plain.origin)
  key = (await makeKey(product, world)).secret
  apiId = world.apiId
})
afterAll(async () => {
  await product?.dispose()
  plain?.server.close()
  mutual?.server.close()
  await rm(folder, { recursive: true, force: true })
})

async function listen(server: Server, scheme: string): Promise<{ readonly origin: string; readonly server: Server }> {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return { origin: `${scheme}://127.0.0.1:${port}`, server }
}

const upstream: RequestListener = (request, response) => {
  void bodyOf(request).then((body) => {
    const { authorization = '' } = request.headers
    if (request.url === '/oauth/token') {
      shown.push(Buffer.from(authorization.slice(6), 'base64').toString())
      return response.end(
        JSON.stringify({ access_token: `tok-${shown.length}`, token_type: 'bearer', expires_in: 600 }),
      )
    }
    const isGood = request.url?.startsWith('/signed')
      ? isSignedWith(AWS, request, body)
      : /^Bearer tok-\d$/.test(authorization) && !refused.has(authorization.slice(7))
    return response.writeHead(isGood ? 200 : 401).end(authorization)
  })
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** Stores a provider key, and makes a route that uses it. */
async function store(name: string, url: string, body: object): Promise<string> {
  const made = await api(product, 'POST', '/provider-keys', { name, provider: 'test', ...body })
  if (made.status !== 201) throw new Error(JSON.stringify(made.body))
  const { id } = made.body
  const route = { name, api_id: apiId, upstream_url: url, required_scopes: ['chat'], provider_key_id: id }
  expect((await api(product, 'POST', '/routes', route)).status).toBe(201)
  return String(id)
}

async function call(path: string, init: RequestInit = {}): Promise<{ readonly status: number; readonly text: string }> {
  const answer = await fetch(`${product.url}/gw/${path}`, { ...init, headers: { 'x-api-key': key, ...init.headers } })
  return { status: answer.status, text: await answer.text() }
}

const chunked = (chunks: number): RequestInit => ({
  method: 'POST',
  body: ReadableStream.from(Array.from({ length: chunks }, () => new Uint8Array(65_536))),
  duplex: 'half',
})

describe('a call through a route', () => {
  test('is signed for AWS, whatever its body', { timeout: 30_000 }, async () => {
    const { accessKeyId, secretAccessKey, region, service } = AWS
    await store('signed', `${plain.origin}/signed`, {
      origins: [plain.origin],
      injection: { kind: 'aws_sigv4', region, service, access_key_id: accessKeyId },
      secret: secretAccessKey,
    })
    expect((await call('signed/model/a%3Ab?x=1+2&x=0&flag')).status).toBe(200)
    expect((await call('signed/x', { method: 'POST', body: '{"a":1}' })).status).toBe(200)
    expect((await call('signed/x', chunked(20))).status).toBe(200)
    expect(await call('signed/x', chunked(129))).toMatchObject({
      status: 413,
      text: expect.stringContaining('body_too_large'),
    })
  })

  test('gets an access token, another one when the upstream refuses it, and another one after a rotation', async () => {
    const injection = { kind: 'oauth2_client_credentials', token_url: `${plain.origin}/oauth/token`, client_id: 'me' }
    const id = await store('token', `${plain.origin}/token-wanted`, {
      origins: [plain.origin],
      injection,
      secret: 'first',
    })
    const ask = () => call('token/x', { method: 'POST', body: 'x' })
    expect([await ask(), await ask()]).toEqual([
      { status: 200, text: 'Bearer tok-1' },
      { status: 200, text: 'Bearer tok-1' },
    ])
    refused.add('tok-1')
    expect(await ask()).toEqual({ status: 200, text: 'Bearer tok-2' })
    expect((await api(product, 'POST', `/provider-keys/${id}/rotate`, { secret: 'second' })).status).toBe(200)
    expect(await ask()).toEqual({ status: 200, text: 'Bearer tok-3' })
    expect(shown).toEqual(['me:first', 'me:first', 'me:second'])
    expect((await api(product, 'DELETE', `/provider-keys/${id}`)).status).toBe(204)
    expect((await ask()).status).toBe(503)
  })

  test('shows a client certificate, and the next one after a rotation; its end is told', async () => {
    const [one, two] = await Promise.all([authority.issue(['one']), authority.issue(['two'])])
    const id = await store('mutual', mutual.origin, {
      origins: [mutual.origin],
      injection: { kind: 'mtls', certificate: one.certificate, ca: authority.certificate },
      secret: one.privateKey,
    })
    expect(await call('mutual/')).toEqual({ status: 200, text: 'DNS:one' })
    const rotation = {
      injection: { kind: 'mtls', certificate: two.certificate, ca: authority.certificate },
      secret: two.privateKey,
    }
    const rotated = await api(product, 'POST', `/provider-keys/${id}/rotate`, rotation)
    expect(await call('mutual/')).toEqual({ status: 200, text: 'DNS:two' })
    const expiresAt = String(rotated.body['expires_at'])
    expect(Date.parse(expiresAt)).toBeGreaterThan(Date.now())
    const metrics = await (await fetch(`${product.url}/metrics`)).text()
    const told = /^claviger_provider_key_expires_at_seconds (\d+)$/m.exec(metrics)?.[1]
    expect(Number(told) * 1_000).toBe(Date.parse(expiresAt))
  })
})

test('every example of the guide runs', { timeout: 60_000 }, async () => {
  const [one, two] = await Promise.all([authority.issue(['one']), authority.issue(['two'])])
  const files = {
    'openai-key.txt': 'sk-x\n',
    'client-secret.txt': 'secret\n',
    'secret-access-key.txt': `${AWS.secretAccessKey}\n`,
    'client.pem': one.certificate,
    'client-key.pem': one.privateKey,
    'client-2.pem': two.certificate,
    'client-2-key.pem': two.privateKey,
    'upstream-ca.pem': authority.certificate,
  }
  await Promise.all(Object.entries(files).map(([name, text]) => writeFile(join(folder, name), text)))
  const guide = await readFile(join(ROOT, 'docs/guide/provider-keys.md'), 'utf8')
  const blocks = [...guide.matchAll(/^```sh example\n(.*?)^```$/gms)].map((match) => match[1] ?? '')
  expect(blocks.length).toBe(5)
  const printed = await shell(blocks.slice(0, -1).join('\n'), {})
  expect(printed).toMatch(/^pvk_\S+ +bank +bank +\S+ +\d{4}-/m)
  const bank = /^(pvk_\S+) +bank/m.exec(printed)?.[1]
  expect(await shell(blocks.at(-1) ?? '', { PROVIDER_KEY: bank })).toMatch(/^version +2$/m)
  const list = await api(product, 'GET', '/provider-keys?provider=aws')
  expect(Object(list.body)['data']).toMatchObject([
    { name: 'bucket', injection: { kind: 'aws_sigv4', service: 's3', payload: 'unsigned' } },
    { name: 'bedrock', injection: { kind: 'aws_sigv4', service: 'bedrock' } },
  ])
})

function shell(script: string, env: Readonly<Record<string, string | undefined>>): Promise<string> {
  const path = `${join(ROOT, 'node_modules/.bin')}:${process.env['PATH'] ?? ''}`
  return new Promise((done, fail) => {
    const options = { cwd: folder, env: { ...product.env, ...env, PATH: path } }
    execFile('bash', ['-euo', 'pipefail', '-c', script], options, (error, stdout, stderr) => {
      if (error === null) done(stdout)
      else fail(new Error(`${stdout}${stderr}`, { cause: error }))
    })
  })
}
