/** Very many connections that do nothing, or next to nothing, beside others that want an answer. */
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startStandIn } from '../../examples/stand-in-upstream.mjs'
import { memoryOf } from '../bench/proc/process-tree.ts'
import { makeKey, makeWorld, startProduct, type Product } from '../support/product.ts'

const IDLE = 20_000
const SLOW = 1_000
/** Connections that are being opened at a time: no more than wait in the queue of the listening socket. */
const AT_A_TIME = 100
const MOST_BYTES = 1_000_000_000

let upstream: Awaited<ReturnType<typeof startStandIn>>
let product: Product
let port: number
let secret: string

beforeAll(async () => {
  raiseOpenFiles(IDLE + 600)
  upstream = await startStandIn({ key: 'sk-stand-in' })
  product = await startProduct({ CLAVIGER_HEADERS_TIMEOUT_SECONDS: '8', CLAVIGER_IDLE_TIMEOUT_SECONDS: '600' })
  port = Number(new URL(product.url).port)
  const world = await makeWorld(product, upstream.origin)
  secret = (await makeKey(product, world)).secret
})
afterAll(async () => {
  await product?.dispose()
  await upstream?.close()
})

/** Root may raise what its children inherit; for others the limit of the machine holds. */
function raiseOpenFiles(wanted: number): void {
  if (openFiles() < wanted) spawnSync('prlimit', ['--pid', String(process.pid), `--nofile=${wanted}:${wanted}`])
}

const openFiles = (): number =>
  Number(/^Max open files +\d+ +(\d+)/m.exec(readFileSync('/proc/self/limits', 'latin1'))?.[1] ?? 0)

const head = (more = ''): string => `GET /gw/notes/ HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${secret}\r\n${more}`

async function open(): Promise<Socket> {
  const socket = connect(port, '127.0.0.1').on('error', () => undefined)
  await once(socket, 'connect')
  return socket
}

/** Answers the status of one call on a connection that stays open. */
async function callOn(socket: Socket): Promise<number> {
  socket.write(head('\r\n'))
  let text = ''
  const answered = new Promise<void>((done) => {
    socket.on('data', function read(chunk: Buffer) {
      text += chunk.toString('latin1')
      if (!isWhole(text)) return
      socket.off('data', read)
      done()
    })
    socket.once('close', () => done())
  })
  await answered
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0)
}

function isWhole(text: string): boolean {
  const end = text.indexOf('\r\n\r\n')
  if (end === -1) return false
  const length = /^content-length: *(\d+)/im.exec(text.slice(0, end))?.[1]
  return length === undefined ? text.endsWith('0\r\n\r\n') : text.length >= end + 4 + Number(length)
}

/** Does `work` so many times, some at a time. */
async function times<Result>(count: number, work: () => Promise<Result>): Promise<readonly Result[]> {
  const results: Result[] = []
  let begun = 0
  const one = async (): Promise<void> => {
    while (begun++ < count) results.push(await work())
  }
  await Promise.all(Array.from({ length: AT_A_TIME }, one))
  return results
}

test(`${SLOW} clients that send a byte now and then hold up nobody, and are let go`, { timeout: 120_000 }, async () => {
  const slow = await times(SLOW, open)
  let closed = 0
  for (const [index, socket] of slow.entries()) {
    socket.once('close', () => closed++)
    // some stop in the head, some in a body
    socket.write(index % 2 === 0 ? 'GET /gw/no' : head('Content-Length: 1000\r\n\r\n').replace('GET', 'POST'))
  }
  const dripping = setInterval(() => {
    for (const socket of slow) if (socket.writable) socket.write('x')
  }, 500)
  try {
    const answers = await times(
      500,
      async () => (await fetch(`${product.url}/gw/notes/`, { headers: { 'x-api-key': secret } })).status,
    )
    expect(new Set(answers)).toEqual(new Set([200]))
    expect(closed).toBeLessThan(SLOW / 4)
    await expect.poll(() => closed, { timeout: 60_000 }).toBeGreaterThanOrEqual(SLOW / 2)
  } finally {
    clearInterval(dripping)
    for (const socket of slow) socket.destroy()
  }
})

test(
  `${IDLE} idle connections take less than a gigabyte, and every one of them still answers`,
  { timeout: 240_000 },
  async () => {
    // of a machine that allows fewer open files, as many as it allows
    const count = Math.min(IDLE, openFiles() - 600)
    if (count < IDLE)
      process.stderr.write(`\nonly ${count} of ${IDLE} connections: this machine allows no more open files\n\n`)
    const sockets: Socket[] = []
    try {
      const statuses = await times(count, async () => {
        const socket = await open()
        sockets.push(socket)
        return callOn(socket)
      })
      expect(new Set(statuses)).toEqual(new Set([200]))
      expect(sockets.filter((socket) => socket.destroyed)).toHaveLength(0)
      const pssBytes = memoryOf([product.process.pid ?? 0])
      process.stderr.write(`\n${count} idle connections: ${Math.round(pssBytes / 1e6)} MB of all processes\n\n`)
      expect(pssBytes).toBeGreaterThan(0)
      expect(pssBytes).toBeLessThan((MOST_BYTES * count) / IDLE)
      const again = await Promise.all(sockets.filter((_, index) => index % 100 === 0).map(callOn))
      expect(new Set(again)).toEqual(new Set([200]))
    } finally {
      for (const socket of sockets) socket.destroy()
    }
  },
)
