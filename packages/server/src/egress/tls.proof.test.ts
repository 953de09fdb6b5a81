import { createServer } from 'node:https'
import { type TLSSocket, createServer as createTls, getCACertificates, setDefaultCACertificates } from 'node:tls'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { RunningEgress } from './create-egress.ts'
import { type Authority, makeAuthority } from '../injections/testing/certificate.ts'
import { credential, requestTo, send, startEgress, storeOf } from './testing/send.ts'
import { type Upstream, listening } from './testing/upstream.ts'

const roots = getCACertificates('default')
let trusted: Authority
let egress: RunningEgress
let upstream: Upstream | undefined

beforeAll(async () => {
  trusted = await makeAuthority()
  // What `NODE_EXTRA_CA_CERTS` does, after the start of the process.
  setDefaultCACertificates([...roots, trusted.certificate])
})
afterAll(() => setDefaultCACertificates(roots))

beforeEach(() => {
  egress = startEgress({
    config: { allowPrivateUpstreams: new Set(['127.0.0.1', 'api.example.com']) },
    lookup: async () => ['127.0.0.1'],
  })
})
afterEach(async () => {
  await egress.close()
  await upstream?.close()
  upstream = undefined
})

async function startTls(
  authority: Authority,
  names: readonly string[],
): Promise<Upstream & { readonly serverNames: (string | false)[]; readonly resumed: boolean[] }> {
  const { certificate, privateKey } = await authority.issue(names)
  const serverNames: (string | false)[] = []
  const resumed: boolean[] = []
  const server = createServer({ cert: certificate, key: privateKey }, (_request, response) =>
    response.setHeader('connection', 'close').end('ok'),
  )
  server.on('secureConnection', (socket: TLSSocket) => {
    serverNames.push(socket.servername ?? false)
    resumed.push(socket.isSessionReused())
  })
  const started = { ...(await listening(server, 'https')), serverNames, resumed }
  upstream = started
  return started
}

describe('TLS', () => {
  test('is verified for the name, which is also the server name', async () => {
    const { port, serverNames } = await startTls(trusted, ['api.example.com'])
    expect((await send(egress, requestTo(`https://API.example.com.:${port}`)).told).status).toBe(200)
    expect(serverNames).toEqual(['api.example.com'])
  })

  test('is verified for an address, which is no server name', async () => {
    const { port, serverNames } = await startTls(trusted, ['127.0.0.1'])
    expect((await send(egress, requestTo(`https://127.0.0.1:${port}`)).told).status).toBe(200)
    expect(serverNames).toEqual([false])
  })

  test('goes on with the session of the connection before', async () => {
    const { port, resumed } = await startTls(trusted, ['api.example.com'])
    for (let nth = 0; nth < 3; nth += 1) {
      expect((await send(egress, requestTo(`https://api.example.com:${port}`)).told).status).toBe(200)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    expect(resumed[0]).toBe(false)
    expect(resumed.slice(1)).toContain(true)
  })

  test.each([
    {
      because: 'the certificate is for another name',
      names: ['other.example.com'],
      isTrusted: true,
      reason: 'ERR_TLS_CERT_ALTNAME_INVALID',
    },
    {
      because: 'nobody knows the authority',
      names: ['api.example.com'],
      isTrusted: false,
      reason: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    },
  ])('refuses when $because, before anything is written', async ({ names, isTrusted, reason }) => {
    const { port } = await startTls(isTrusted ? trusted : await makeAuthority(), names)
    const withSecret = startEgress({
      config: { allowPrivateUpstreams: new Set(['api.example.com']) },
      lookup: async () => ['127.0.0.1'],
      credentials: storeOf(credential({ origins: [`https://api.example.com:${port}`] })),
    })
    const { failure } = await send(
      withSecret,
      requestTo(`https://api.example.com:${port}`, { credentialId: 'pvk_test' }),
    ).told
    expect(failure).toEqual({
      code: 'unreachable',
      reached: 'unsent',
      detail: `https://api.example.com:${port} cannot be reached (${reason}).`,
    })
    expect(withSecret.stats()).toEqual({ calls: 0, connections: 0, waiting: 0 })
    await withSecret.close()
  })

  test('with an upstream that speaks plain HTTP is unreachable', async () => {
    const plain = createTls({}, () => undefined)
    upstream = await listening(plain, 'https')
    const { failure } = await send(egress, requestTo(upstream.origin)).told
    expect(failure?.code).toBe('unreachable')
  })
})
