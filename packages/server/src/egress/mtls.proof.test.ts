import { createServer } from 'node:https'
import type { Server } from 'node:https'
import { TLSSocket } from 'node:tls'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { Secret } from '@claviger/core'
import type { RunningEgress } from './create-egress.ts'
import type { OpenedCredential } from './credential.ts'
import { type Authority, type Certified, makeAuthority } from '../injections/testing/certificate.ts'
import { credential, requestTo, send, startEgress, storeOf, testLog } from './testing/send.ts'
import { type Upstream, listening } from './testing/upstream.ts'

let authority: Authority
let server: Upstream
let seen: { readonly name: string; readonly port: number }[] = []
let ours: Certified
let others: Certified

beforeAll(async () => {
  authority = await makeAuthority()
  const own = await authority.issue(['api.example.com'])
  ours = await authority.issue(['client-a'])
  others = await authority.issue(['client-b'])
  server = await listening(
    mutual(createServer({ cert: own.certificate, key: own.privateKey, ca: authority.certificate, requestCert: true })),
    'https',
  )
})
afterAll(async () => server.close())

let egress: RunningEgress | undefined
afterEach(async () => {
  seen = []
  await egress?.close()
  egress = undefined
})

/** Says who called over which connection; switches when it is asked to. */
function mutual(made: Server): Server {
  made.on('request', (request, response) => {
    if (request.socket instanceof TLSSocket) {
      seen.push({
        name: String(request.socket.getPeerCertificate().subjectaltname),
        port: request.socket.remotePort ?? 0,
      })
    }
    response.end('ok')
  })
  made.on('upgrade', (_request, socket) => {
    socket.end('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
  })
  return made
}

const originOf = () => `https://api.example.com:${server.port}`

function clientOf(certified: Certified, changes: Partial<OpenedCredential> = {}, ca = authority.certificate) {
  return credential({
    origins: [originOf()],
    injection: { kind: 'mtls', certificate: certified.certificate, ca },
    secret: new Secret(certified.privateKey),
    ...changes,
  })
}

function start(...credentials: readonly OpenedCredential[]): RunningEgress {
  egress = startEgress({
    config: { allowPrivateUpstreams: new Set(['api.example.com']) },
    lookup: async () => ['127.0.0.1'],
    credentials: storeOf(...credentials),
  })
  return egress
}

const ask = async (own: RunningEgress, credentialId: string | undefined) =>
  send(own, requestTo(originOf(), { credentialId })).told

describe('a client certificate', () => {
  test('is shown to the upstream, which is verified against the authority that came with it', async () => {
    const own = start(clientOf(ours))
    expect((await ask(own, 'pvk_test')).status).toBe(200)
    expect(seen).toEqual([{ name: 'DNS:client-a', port: expect.any(Number) }])
  })

  test('is not shown where it is not asked for', async () => {
    const own = start(clientOf(ours))
    // Without it Node's roots count, which do not know this upstream.
    expect((await ask(own, undefined)).failure?.code).toBe('unreachable')
    expect(seen).toEqual([])
  })

  test('with another authority does not reach an upstream that only ours knows', async () => {
    const own = start(clientOf(ours, {}, (await makeAuthority()).certificate))
    expect((await ask(own, 'pvk_test')).failure).toMatchObject({ code: 'unreachable' })
    expect(seen).toEqual([])
  })

  test('that the upstream does not know ends the connection', async () => {
    const own = start(clientOf(await (await makeAuthority()).issue(['stranger'])))
    expect((await ask(own, 'pvk_test')).failure).toMatchObject({ code: 'unreachable' })
    expect(seen).toEqual([])
  })

  test('has connections of its own, which no other credential ever uses', async () => {
    const own = start(clientOf(ours), clientOf(others, { id: 'pvk_other' }))
    for (let nth = 0; nth < 3; nth += 1) {
      expect((await ask(own, 'pvk_test')).status).toBe(200)
      expect((await ask(own, 'pvk_other')).status).toBe(200)
    }
    const portsOf = (name: string) => new Set(seen.filter((one) => one.name === name).map((one) => one.port))
    expect(seen.map((one) => one.name)).toEqual(['a', 'b', 'a', 'b', 'a', 'b'].map((one) => `DNS:client-${one}`))
    expect([portsOf('DNS:client-a').size, portsOf('DNS:client-b').size]).toEqual([1, 1])
    expect(portsOf('DNS:client-a')).not.toEqual(portsOf('DNS:client-b'))
    expect(own.stats().connections).toBe(2)
  })

  test('that was replaced is not used again, also not over a connection that still stands', async () => {
    let current = clientOf(ours)
    egress = startEgress({
      config: { allowPrivateUpstreams: new Set(['api.example.com']) },
      lookup: async () => ['127.0.0.1'],
      credentials: { open: () => current },
    })
    await ask(egress, 'pvk_test')
    current = clientOf(others)
    await ask(egress, 'pvk_test')
    expect(seen.map((one) => one.name)).toEqual(['DNS:client-a', 'DNS:client-b'])
  })

  test('goes with an upgrade too', async () => {
    const own = start(clientOf(ours))
    const request = requestTo(originOf(), { credentialId: 'pvk_test', headers: ['Upgrade', 'websocket'] })
    const result = await own.upgrade(request, new AbortController().signal)
    if (result.kind !== 'switched') throw new Error(JSON.stringify(result))
    result.socket.destroy()
  })

  test('that has expired stays here, and the detail says since when', async () => {
    const log = testLog()
    egress = startEgress({
      log,
      config: { allowPrivateUpstreams: new Set(['api.example.com']) },
      lookup: async () => ['127.0.0.1'],
      credentials: storeOf(clientOf(ours)),
      clock: { nowMs: () => Date.now() + 5 * 86_400_000, monotonicMs: () => performance.now() },
    })
    const { failure } = await ask(egress, 'pvk_test')
    expect(failure?.code).toBe('credential_unavailable')
    expect(failure?.detail).toMatch(/^Credential pvk_test cannot be used: its certificate expired at \d{4}-.*Z\.$/)
    expect(seen).toEqual([])
  })

  test('of which the key does not fit is unavailable, and nothing of the key is told', async () => {
    const own = start(clientOf({ certificate: ours.certificate, privateKey: others.privateKey }))
    const { failure } = await ask(own, 'pvk_test')
    expect(failure?.code).toBe('credential_unavailable')
    expect(failure?.detail).toMatch(/^Credential pvk_test cannot be used: [A-Z_0-9]+\.$|no reason given\.$/)
  })
})
