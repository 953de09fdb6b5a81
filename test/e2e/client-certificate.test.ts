/** Keys that are bound to a client certificate, on a gateway that speaks mutual TLS. */
import { X509Certificate } from 'node:crypto'
import { createServer, request } from 'node:https'
import { compileRestrictions } from '@claviger/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startSeeingUpstream } from '../../packages/gateway/src/testing/http-upstream.ts'
import { apiOf, routeOf } from '../../packages/gateway/src/testing/made-parts.ts'
import { PlainEgress } from '../../packages/gateway/src/testing/plain-egress.ts'
import { startPlaneWith, type BarePlane } from '../../packages/gateway/src/testing/plane.ts'
import {
  makeAuthority,
  type Authority,
  type Certified,
} from '../../packages/server/src/injections/testing/certificate.ts'

let authority: Authority
let own: Certified
let other: Certified
let plane: BarePlane
let upstream: Awaited<ReturnType<typeof startSeeingUpstream>>

beforeAll(async () => {
  authority = await makeAuthority()
  const server = await authority.issue(['127.0.0.1'])
  own = await authority.issue(['client-1'])
  other = await authority.issue(['client-2'])
  upstream = await startSeeingUpstream([])
  const tls = { cert: server.certificate, key: server.privateKey, ca: authority.certificate, requestCert: true }
  plane = await startPlaneWith(new PlainEgress(), {}, (options) =>
    createServer({ ...options, ...tls, rejectUnauthorized: false }),
  )
})

afterAll(async () => {
  await plane.close()
  await upstream.close()
})

function call(secret: string, client: Certified | undefined): Promise<number> {
  return new Promise((resolve, reject) => {
    const options = {
      host: '127.0.0.1',
      port: plane.port,
      path: '/gw/orders',
      ca: authority.certificate,
      agent: false,
      headers: { authorization: `Bearer ${secret}` },
      ...(client !== undefined && { cert: client.certificate, key: client.privateKey }),
    }
    request(options, (answer) => {
      answer.resume()
      answer.once('end', () => resolve(answer.statusCode ?? 0))
    })
      .once('error', reject)
      .end()
  })
}

test('a key bound to a certificate is good with that certificate, and with no other and none', async () => {
  const home = apiOf('wsp_home')
  plane.world.addRoute(routeOf('orders', upstream.origin, home))
  const { fingerprint256, raw } = new X509Certificate(own.certificate)
  const digest = Buffer.from(await crypto.subtle.digest('SHA-256', raw)).toString('base64url')
  for (const thumbprint of [digest, fingerprint256]) {
    const { secret } = plane.world.addKey(home, {
      restrictions: compileRestrictions([{ kind: 'client_certificate', thumbprints: [thumbprint] }]),
    })
    expect([await call(secret, own), await call(secret, other), await call(secret, undefined)]).toEqual([200, 403, 403])
  }
  expect(plane.errors).toEqual([])
})
