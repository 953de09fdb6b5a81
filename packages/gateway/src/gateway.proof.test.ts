/** What ends calls from our side: revocations and draining; and what is left when they have ended. */
import { once } from 'node:events'
import { request as httpRequest, type RequestListener } from 'node:http'
import type { Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startHttpUpstream } from './testing/http-upstream.ts'
import { apiOf, routeOf } from './testing/made-parts.ts'
import { type MadeKey } from './testing/memory-ports.ts'
import { startPlane, until, type Plane } from './testing/plane.ts'
import { callRaw, openSocket, startRawUpstream, type RawUpstream } from './testing/raw-socket.ts'

const api = apiOf('wsp_home')

let plane: Plane
let caller: MadeKey
const closers: (() => Promise<void>)[] = []

beforeEach(async () => {
  plane = await startPlane()
  caller = plane.world.addKey(api)
})

afterEach(async () => {
  await until(() => plane.gateway.activeCount === 0)
  expect(plane.openStreams.size).toBe(0)
  expect(plane.errors).toEqual([])
  await plane.close()
  for (const close of closers.splice(0)) await close()
})

async function rawUpstream(script: (socket: Socket) => void): Promise<RawUpstream> {
  const upstream = await startRawUpstream(script)
  closers.push(upstream.close)
  plane.world.addRoute(routeOf('orders', upstream.origin, api))
  return upstream
}

async function httpUpstream(listener: RequestListener): Promise<void> {
  const upstream = await startHttpUpstream(listener)
  closers.push(upstream.close)
  plane.world.addRoute(routeOf('orders', upstream.origin, api))
}

function head(method = 'GET', lines = ''): string {
  return `${method} /gw/orders/x HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${caller.secret}\r\n${lines}\r\n`
}

async function lastRecord() {
  await until(() => plane.world.records.length === 1)
  return plane.world.records[0]
}

describe('a revocation', () => {
  test('within an answer in chunks: the connection ends before the last chunk', async () => {
    const upstream = await rawUpstream(
      (socket) => void socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n'),
    )
    const socket = await openSocket(plane.port)
    let text = ''
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()))
    const ended = once(socket, 'end')
    socket.write(head())
    await until(() => text.includes('abc'))
    expect(plane.openStreams.cut({ keyId: caller.key.id }, 'revoked')).toBe(1)
    await ended
    expect(text).not.toContain('\r\n0\r\n\r\n')
    expect(await lastRecord()).toMatchObject({ status: 200, usage: { ended: 'revoked', bytesOut: 3 } })
    await until(() => upstream.openCount === 0)
    socket.destroy()
  })

  test('before the answer: 401', async () => {
    const upstream = await rawUpstream(() => undefined)
    const answer = callRaw(plane.port, { bytes: head('GET', 'Connection: close\r\n') })
    await until(() => upstream.requests.length === 1)
    plane.openStreams.cut({ versionId: caller.version.publicId }, 'revoked')
    const { status, body } = await answer
    expect([status, JSON.parse(body).code]).toEqual([401, 'key_revoked'])
    await until(() => upstream.openCount === 0)
  })

  test('while the body is read: nothing is forwarded', async () => {
    const upstream = await rawUpstream(() => undefined)
    const socket = await openSocket(plane.port)
    let text = ''
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()))
    socket.write(head('POST', 'Content-Length: 3\r\n') + 'ab')
    await until(() => plane.world.opened.length === 1)
    plane.world.revoked.add(caller.key.id)
    socket.write('c')
    await until(() => text.includes('key_revoked'))
    expect(upstream.requests).toEqual([])
    socket.destroy()
  })

  test('of another key leaves the exchange alone', async () => {
    let finish: () => void = () => undefined
    await httpUpstream((_incoming, outgoing) => {
      outgoing.write('a')
      finish = () => void outgoing.end('b')
    })
    const answer = await fetch(`${plane.origin}/gw/orders`, { headers: { authorization: `Bearer ${caller.secret}` } })
    expect(plane.openStreams.cut({ keyId: 'key_other' }, 'revoked')).toBe(0)
    finish()
    expect(await answer.text()).toBe('ab')
  })
})

describe('draining', () => {
  test('lets running calls end, refuses new ones with 503, and says when it is done', async () => {
    let finish: () => void = () => undefined
    await httpUpstream((_incoming, outgoing) => {
      outgoing.write('a')
      finish = () => void outgoing.end('b')
    })
    const running = await fetch(`${plane.origin}/gw/orders`, { headers: { authorization: `Bearer ${caller.secret}` } })
    const drained = plane.gateway.drain(5_000)
    const refused = await callRaw(plane.port, { bytes: head() })
    expect([refused.status, JSON.parse(refused.body).code]).toEqual([503, 'draining'])
    expect(refused.text).toMatch(/\r\nRetry-After: \d+\r\n/)
    expect(refused.text).toMatch(/\r\nConnection: close\r\n/)
    finish()
    expect(await running.text()).toBe('ab')
    await drained
    expect(plane.gateway.activeCount).toBe(0)
  })

  test('cuts what is left at the end of the grace', async () => {
    await httpUpstream((_incoming, outgoing) => void outgoing.write('a'))
    const running = await fetch(`${plane.origin}/gw/orders`, { headers: { authorization: `Bearer ${caller.secret}` } })
    await plane.gateway.drain(50)
    expect(plane.gateway.activeCount).toBe(0)
    await expect(running.text()).rejects.toThrow()
    expect((await lastRecord())?.usage?.ended).toBe('failed')
  })
})

test('three hundred calls in a row leave nothing behind', async () => {
  await httpUpstream((incoming, outgoing) => void incoming.resume().on('end', () => void outgoing.end('ok')))
  const request = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const sent = httpRequest(
        `${plane.origin}/gw/orders`,
        { method: 'POST', headers: { authorization: `Bearer ${caller.secret}` } },
        (answer) => {
          answer.resume().on('end', () => resolve())
        },
      )
      sent.on('error', reject)
      sent.end('abc')
    })
  for (let count = 0; count < 300; count += 1) await request()
  await until(() => plane.world.records.length === 300)
  expect(plane.openStreams.size).toBe(0)
})
