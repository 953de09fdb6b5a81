/** Over a bare socket: what no HTTP client would send. The server answers, closes what it must, and lives on. */
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openTestControl, type TestControl } from './testing/open-control.ts'

let it: TestControl
beforeAll(async () => {
  it = await openTestControl()
})
afterAll(async () => it.dispose())

const CRLF = '\r\n'

/** Writes the pieces, then reads until the server has answered or closed. */
async function exchange(pieces: Iterable<string>): Promise<string> {
  const socket = connect(Number(new URL(it.url).port), '127.0.0.1')
  let got = ''
  const answered = new Promise<void>((resolve) => {
    socket.setEncoding('latin1').on('data', (text: string) => {
      got += text
      if (got.includes(CRLF + CRLF)) resolve()
    })
  })
  socket.on('error', () => {})
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  for (const piece of pieces) {
    if (socket.destroyed || got !== '') break
    if (!socket.write(piece, 'latin1')) await new Promise((resolve) => setTimeout(resolve, 5))
  }
  const tooLate = new Promise((resolve) => setTimeout(resolve, 2_000))
  await Promise.race([closed, answered, tooLate])
  await new Promise((resolve) => setTimeout(resolve, 20))
  socket.destroy()
  return got
}

function head(...fields: readonly string[]): string {
  return [
    'POST /api/v1/apps HTTP/1.1',
    'Host: x',
    `Authorization: Bearer ${it.owner}`,
    'Content-Type: application/json',
    ...fields,
    '',
    '',
  ].join(CRLF)
}

function* endless(first: string): Iterable<string> {
  yield first
  for (let sent = 0; sent < 100 * 1024; sent++) yield `400${CRLF}${' '.repeat(1024)}${CRLF}`
}

const status = (answer: string) => Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1])

describe('the control API', () => {
  test('does not wait for a body that is announced to be too large', async () => {
    const answer = await exchange([head('Content-Length: 104857600'), '{"name":'])
    expect(status(answer)).toBe(413)
    expect(answer).toContain('"code":"body_too_large"')
  })

  test('stops reading a body without an end', async () => {
    expect(status(await exchange(endless(head('Transfer-Encoding: chunked'))))).toBe(413)
  })

  test.each([
    ['two lengths', ['Content-Length: 2', 'Content-Length: 3'], '{}'],
    ['a length and chunks', ['Content-Length: 2', 'Transfer-Encoding: chunked'], `0${CRLF}${CRLF}`],
    ['another coding', ['Transfer-Encoding: gzip, chunked'], `0${CRLF}${CRLF}`],
    ['a folded field', ['X-Fold: a', ' b', 'Content-Length: 2'], '{}'],
    ['two hosts', ['Host: y', 'Content-Length: 2'], '{}'],
    ['a space before the colon', ['Content-Length : 2'], '{}'],
  ])('refuses %s', async (_what, fields, body) => {
    const answer = await exchange([head(...fields) + body])
    expect(status(answer)).toBe(400)
  })

  test.each([
    '/api/v1/apps/../apps',
    '/api/v1/apps/%2e%2e/apps',
    '/api/v1/apps/%2f',
    '/api/v1/apps/%00',
    '//api/v1/apps',
    'http://x/api/v1/apps',
    '*',
  ])('refuses the target %s', async (target) => {
    const answer = await exchange([
      `GET ${target} HTTP/1.1${CRLF}Host: x${CRLF}Authorization: Bearer ${it.owner}${CRLF}${CRLF}`,
    ])
    expect([400, 404]).toContain(status(answer))
    expect(answer).not.toContain('"data"')
  })

  test('answers a client that goes away within its body with nothing, and goes on', async () => {
    const socket = connect(Number(new URL(it.url).port), '127.0.0.1')
    socket.write(head('Content-Length: 100') + '{')
    await new Promise((resolve) => setTimeout(resolve, 50))
    socket.destroy()
    expect((await it.call('GET', '/api/v1/apps')).status).toBe(200)
  })
})
