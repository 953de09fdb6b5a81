/** The example that the README's tour and the benchmarks lean on does what its first lines say. */
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { startStandIn, type StandIn } from '../../examples/stand-in-upstream.mjs'

let standIn: StandIn
beforeAll(async () => {
  standIn = await startStandIn({ key: 'sk-local' })
})
afterAll(() => standIn.close())

const chat = (body: object, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${standIn.origin}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: 'Bearer sk-local', ...headers },
    body: JSON.stringify({ model: 'm', messages: [], ...body }),
  })

describe('the stand-in upstream', () => {
  test('echoes method, path, header fields and body', async () => {
    const answer = await fetch(`${standIn.origin}/echo/a?b=c`, {
      method: 'PUT',
      body: 'hello',
      headers: { 'x-d': 'e' },
    })
    const echo: unknown = await answer.json()
    expect(echo).toMatchObject({ method: 'PUT', path: '/echo/a?b=c', body: 'hello', headers: { 'x-d': 'e' } })
  })

  test('streams as many chunks as it is asked for, and usage only when asked', async () => {
    const plain = await (await chat({ stream: true }, { 'x-stand-in-chunks': '7' })).text()
    expect(plain.match(/"content":"[A-Za-z]/g)).toHaveLength(7)
    expect(plain).not.toContain('usage')
    expect(plain.endsWith('data: [DONE]\n\n')).toBe(true)
    const asked = await (await chat({ stream: true, stream_options: { include_usage: true } })).text()
    expect(asked).toContain('"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":5')
  })

  test('wants its key, and refuses as it is told', async () => {
    expect((await chat({}, { authorization: 'Bearer nope' })).status).toBe(401)
    const refused = await chat({}, { 'x-stand-in-status': '429' })
    expect(refused.status).toBe(429)
    expect(refused.headers.get('retry-after')).toBe('7')
  })

  test('sends events', async () => {
    const text = await (await fetch(`${standIn.origin}/events?count=3`)).text()
    expect(text.match(/^data: \{"tick":\d\}$/gm)).toEqual(['data: {"tick":1}', 'data: {"tick":2}', 'data: {"tick":3}'])
  })

  test.each([1, 125, 126, 65_535, 65_536, 900_000])('echoes a WebSocket message of %i bytes', async (bytes) => {
    const socket = new WebSocket(standIn.origin.replace('http', 'ws'))
    await once(socket, 'open')
    const sent = Buffer.alloc(bytes, 'claviger')
    const echoed = new Promise<unknown>((resolve) => socket.once('message', resolve))
    socket.send(sent)
    expect(sent.equals((await echoed) as Buffer)).toBe(true) // a single binary message comes as a Buffer
    socket.close(1000)
    const [code] = (await once(socket, 'close')) as [number]
    expect(code).toBe(1000)
  })
})
