/** What no HTTP library lets an upstream say: an egress that tells the exchange anything, at any moment. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Egress, EgressFailureCode, EgressRequest, EgressSink, UpgradeResult } from '../ports.ts'
import { apiOf, routeOf } from '../testing/made-parts.ts'
import { type MadeKey } from '../testing/memory-ports.ts'
import { startPlaneWith, until, type BarePlane } from '../testing/plane.ts'
import { callRaw, type RawAnswers } from '../testing/raw-socket.ts'

type Script = (sink: EgressSink) => void

class ScriptedEgress implements Egress {
  script: Script = () => undefined
  /** `within`: before `send` returns. */
  when: 'within' | 'after' = 'after'
  aborts = 0

  send(_request: EgressRequest, sink: EgressSink): { resume(): void; abort(): void } {
    if (this.when === 'within') this.script(sink)
    else setImmediate(() => this.script(sink))
    return { resume: () => undefined, abort: () => void (this.aborts += 1) }
  }

  upgrade(): Promise<UpgradeResult> {
    return Promise.resolve({ kind: 'failed', failure: { code: 'unreachable', detail: '' } })
  }
}

const api = apiOf('wsp_home')

let egress: ScriptedEgress
let plane: BarePlane
let caller: MadeKey

beforeEach(async () => {
  egress = new ScriptedEgress()
  plane = await startPlaneWith(egress)
  caller = plane.world.addKey(api)
  plane.world.addRoute(routeOf('orders', 'https://upstream.example', api))
})

afterEach(async () => {
  await until(() => plane.gateway.activeCount === 0)
  expect(plane.openStreams.size).toBe(0)
  expect(plane.errors).toEqual([])
  await plane.close()
})

function call(script: Script, version = '1.1'): Promise<RawAnswers> {
  egress.script = script
  const lines = `Host: a\r\nAuthorization: Bearer ${caller.secret}\r\nConnection: close\r\n`
  return callRaw(plane.port, { bytes: `GET /gw/orders HTTP/${version}\r\n${lines}\r\n` })
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

describe('a head that would inject', () => {
  test.each([
    ['a line break in a value', 200, 'OK', ['X-A', 'a\r\nSet-Cookie: stolen=1']],
    ['a bare LF in a value', 200, 'OK', ['X-A', 'a\nb']],
    ['NUL in a value', 200, 'OK', ['X-A', 'a\0']],
    ['a line break in a name', 200, 'OK', ['X-A\r\nX-B', '1']],
    ['a status that is none', 0, 'OK', []],
    ['101 without being asked', 101, 'Switching Protocols', []],
  ])('%s: 502', async (_name, status, text, headers) => {
    const answer = await call((sink) => sink.onHead(status, text, headers))
    expect([answer.status, JSON.parse(answer.body).code]).toEqual([502, 'upstream_invalid'])
    expect(answer.text).not.toContain('stolen')
    expect(egress.aborts).toBe(1)
  })

  test('a line break in the reason phrase: the phrase is left out', async () => {
    const answer = await call((sink) => {
      sink.onHead(200, 'OK\r\nX: 1', ['Content-Length', '0'])
      sink.onEnd([])
    })
    expect(answer.text).toMatch(/^HTTP\/1\.1 200 \r\n/)
  })

  test('a line break in a trailer: the answer does not look whole', async () => {
    const answer = await call((sink) => {
      sink.onHead(200, 'OK', [])
      sink.onChunk(bytes('abc'))
      sink.onEnd(['X-A', 'a\r\nX-B: 1'])
    })
    expect(answer.text).not.toContain('X-B')
    expect(answer.text).not.toMatch(/\r\n0\r\n/)
  })
})

describe('a body that is not as long as it says', () => {
  test('longer: the declared bytes pass, the rest does not', async () => {
    const answer = await call((sink) => {
      sink.onHead(200, 'OK', ['Content-Length', '3'])
      sink.onChunk(bytes('abc'))
      setTimeout(() => sink.onChunk(bytes('HTTP/1.1 200 OK\r\n\r\n')), 20)
    })
    expect(answer.body).toBe('abc')
    expect(answer.isClosed).toBe(true)
    expect(egress.aborts).toBe(1)
  })

  test('longer, in one piece: nothing of it passes as a whole answer', async () => {
    const answer = await call((sink) => {
      sink.onHead(200, 'OK', ['Content-Length', '3'])
      sink.onChunk(bytes('abcdef'))
      sink.onEnd([])
    })
    expect(answer.status).toBe(502)
  })

  test('shorter: the answer breaks off', async () => {
    const answer = await call((sink) => {
      sink.onHead(200, 'OK', ['Content-Length', '5'])
      sink.onChunk(bytes('abc'))
      sink.onEnd([])
    })
    expect([answer.body, answer.isClosed]).toEqual(['abc', true])
    expect(plane.world.records[0]?.usage?.ended).toBe('upstream_cut')
  })

  test('shorter, with nothing of it there yet: 502', async () => {
    const answer = await call((sink) => {
      sink.onHead(200, 'OK', ['Content-Length', '5'])
      sink.onEnd([])
    })
    expect(answer.status).toBe(502)
  })
})

describe('a failure', () => {
  test.each<[EgressFailureCode, number, string]>([
    ['origin_not_allowed', 403, 'upstream_not_allowed'],
    ['address_not_allowed', 403, 'upstream_not_allowed'],
    ['credential_unavailable', 503, 'unavailable'],
    ['body_too_large', 413, 'body_too_large'],
    ['unreachable', 502, 'upstream_unreachable'],
    ['timeout_connect', 504, 'upstream_timeout'],
    ['timeout_first_byte', 504, 'upstream_timeout'],
    ['timeout_idle', 504, 'upstream_timeout'],
    ['timeout_total', 504, 'upstream_timeout'],
    ['invalid', 502, 'upstream_invalid'],
    ['cut', 502, 'upstream_invalid'],
  ])('%s: %d %s, without its detail, whenever it is told', async (code, status, told) => {
    for (const when of ['within', 'after'] as const) {
      egress.when = when
      const answer = await call((sink) => sink.onFailure({ code, detail: 'secret-host.internal' }))
      expect([answer.status, JSON.parse(answer.body).code]).toEqual([status, told])
      expect(answer.text).not.toContain('secret-host')
    }
    expect(plane.world.records.map(({ rule }) => rule)).toEqual([`upstream.${code}`, `upstream.${code}`])
  })

  test('behind the head, in the same turn: still an answer of its own', async () => {
    const answer = await call((sink) => {
      sink.onHead(200, 'OK', [])
      sink.onFailure({ code: 'cut', detail: '' })
    })
    expect(answer.status).toBe(502)
  })

  test('is told once, whatever comes after it', async () => {
    const answer = await call((sink) => {
      sink.onFailure({ code: 'cut', detail: '' })
      sink.onHead(200, 'OK', [])
      sink.onChunk(bytes('abc'))
      sink.onEnd([])
      sink.onFailure({ code: 'cut', detail: '' })
    })
    expect(answer.text.match(/HTTP\/1\.1 \d{3}/g)).toEqual(['HTTP/1.1 502'])
    await until(() => plane.world.records.length === 1)
  })
})

test('two heads: the second ends the answer', async () => {
  const answer = await call((sink) => {
    sink.onHead(200, 'OK', [])
    sink.onChunk(bytes('abc'))
    sink.onHead(200, 'OK', [])
  })
  expect(answer.text.match(/HTTP\/1\.1 \d{3}/g)).toEqual(['HTTP/1.1 200'])
  expect(answer.text).not.toMatch(/\r\n0\r\n/)
})

test('a whole answer within `send`', async () => {
  egress.when = 'within'
  const answer = await call((sink) => {
    sink.onHead(200, 'OK', ['Content-Length', '3'])
    sink.onChunk(bytes('abc'))
    sink.onEnd([])
  })
  expect([answer.status, answer.body]).toEqual([200, 'abc'])
  expect(egress.aborts).toBe(0)
})
