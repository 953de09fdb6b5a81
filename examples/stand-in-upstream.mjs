#!/usr/bin/env node
/**
 * A stand-in for the services behind Claviger: a tiny provider of chat completions and an ordinary HTTP server in one,
 * without dependencies and without a network. The README's tour, the benchmarks and the tests use it.
 *
 *   node examples/stand-in-upstream.mjs            listens on 127.0.0.1:7400 (or PORT)
 *
 *   POST /v1/chat/completions   OpenAI's wire: plain, streaming, tools, usage
 *   GET  /v1/models             one model
 *   ANY  /echo/…                what arrived, as JSON: method, path, headers, body
 *   GET  /events?count=&delay_ms=   server-sent events
 *   Upgrade: websocket          any path: every message comes back
 *
 * A request may say how it wants to be answered, by header fields:
 *   X-Stand-In-Chunks: 200      how many content chunks a stream has       (or STAND_IN_CHUNKS, default 5)
 *   X-Stand-In-Delay-Ms: 100    the pause before each chunk                 (or STAND_IN_DELAY_MS, default 0)
 *   X-Stand-In-Status: 429      refuse with this status, as a provider does
 * With STAND_IN_KEY set, /v1 wants `Authorization: Bearer <that key>`.
 */
import { createHash } from 'node:crypto'
import { realpathSync } from 'node:fs'
import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'

const MAX_BODY_BYTES = 64 * 1024 * 1024
const MAX_FRAME_BYTES = 1024 * 1024
const CREATED_AT_SECONDS = 1_700_000_000
const WORDS = ['Keys ', 'open ', 'doors, ', 'and ', 'close ', 'them ', 'again. ']

/**
 * Starts the stand-in. `port` 0 takes a free one.
 *
 * @param {{ port?: number, chunks?: number, delayMs?: number, key?: string }} [options]
 * @returns {Promise<{ origin: string, port: number, close: () => Promise<void> }>}
 */
export async function startStandIn(options = {}) {
  const settings = { chunks: 5, delayMs: 0, key: undefined, ...options }
  const server = createServer((request, response) => {
    answer(settings, request, response).catch(() => response.destroy())
  })
  const sockets = new Set()
  server.on('upgrade', (request, socket, head) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    echoWebSocket(request, socket, head)
  })
  await new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(settings.port ?? 0, '127.0.0.1', resolve)
  })
  const { port } = server.address()
  return {
    origin: `http://127.0.0.1:${port}`,
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(resolve)
        server.closeAllConnections()
        for (const socket of sockets) socket.destroy()
      }),
  }
}

async function answer(settings, request, response) {
  const url = new URL(request.url, 'http://stand-in')
  const body = await readBody(request)
  if (url.pathname.startsWith('/echo')) return sendJson(response, 200, echoOf(request, body))
  if (url.pathname === '/events') return sendEvents(url.searchParams, response)
  if (url.pathname.startsWith('/v1/') && !mayEnter(settings, request)) {
    return sendJson(response, 401, errorOf('Incorrect API key provided.', 'invalid_request_error', 'invalid_api_key'))
  }
  if (url.pathname === '/v1/models') return sendJson(response, 200, { object: 'list', data: [modelOf('stand-in')] })
  if (url.pathname === '/v1/chat/completions' && request.method === 'POST')
    return chat(settings, request, response, body)
  return sendJson(
    response,
    404,
    errorOf(`Unknown request URL: ${request.method} ${url.pathname}.`, 'invalid_request_error', 'unknown_url'),
  )
}

// ── chat completions ─────────────────────────────────────────────────────────────────────────────────────────────────

async function chat(settings, request, response, body) {
  const status = Number(request.headers['x-stand-in-status'] ?? 200)
  if (status !== 200) return refuse(response, status)
  const asked = parse(body)
  if (typeof asked?.model !== 'string') {
    return sendJson(response, 400, errorOf('You must provide a model parameter.', 'invalid_request_error', null))
  }
  const chunks = Number(request.headers['x-stand-in-chunks'] ?? settings.chunks)
  const completion = complete(asked, chunks)
  if (asked.stream !== true) return sendJson(response, 200, completion.whole)
  const delayMs = Number(request.headers['x-stand-in-delay-ms'] ?? settings.delayMs)
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' })
  for (const text of completion.events) {
    await pause(delayMs)
    if (response.destroyed) return
    if (!response.write(text)) await new Promise((resolve) => response.once('drain', resolve).once('close', resolve))
  }
  response.end()
}

/** The same completion whole and as events. */
function complete(asked, chunks) {
  const tool = wantedTool(asked)
  const words = Array.from({ length: chunks }, (_, index) => WORDS[index % WORDS.length])
  const inputTokens = Math.ceil(JSON.stringify(asked.messages ?? []).length / 4)
  const usage = {
    prompt_tokens: inputTokens,
    completion_tokens: chunks,
    total_tokens: inputTokens + chunks,
    prompt_tokens_details: { cached_tokens: 0 },
  }
  const base = { id: 'chatcmpl-stand-in', created: CREATED_AT_SECONDS, model: asked.model }
  const call = tool && {
    id: 'call_stand_in',
    type: 'function',
    function: { name: tool, arguments: '{"place":"Rome"}' },
  }
  const finish_reason = call ? 'tool_calls' : 'stop'
  const message = call
    ? { role: 'assistant', content: null, tool_calls: [call] }
    : { role: 'assistant', content: words.join('') }
  const whole = { ...base, object: 'chat.completion', choices: [{ index: 0, message, finish_reason }], usage }
  return { whole, events: eventsOf(asked, base, { call, words, finish_reason, usage }) }
}

function eventsOf(asked, base, { call, words, finish_reason, usage }) {
  const wantsUsage = asked.stream_options?.include_usage === true
  const event = (choices, told = null) =>
    `data: ${JSON.stringify({ ...base, object: 'chat.completion.chunk', choices, ...(wantsUsage && { usage: told }) })}\n\n`
  const delta = (content, reason = null) => event([{ index: 0, delta: content, finish_reason: reason }])
  const said = call
    ? [
        delta({
          role: 'assistant',
          tool_calls: [{ index: 0, ...call, function: { name: call.function.name, arguments: '' } }],
        }),
        ...call.function.arguments
          .match(/.{1,6}/g)
          .map((part) => delta({ tool_calls: [{ index: 0, function: { arguments: part } }] })),
      ]
    : [delta({ role: 'assistant', content: '' }), ...words.map((content) => delta({ content }))]
  return [...said, delta({}, finish_reason), ...(wantsUsage ? [event([], usage)] : []), 'data: [DONE]\n\n']
}

/** The first tool is called, until its result stands in the last message. */
function wantedTool(asked) {
  const last = asked.messages?.at(-1)
  return last?.role === 'tool' ? undefined : asked.tools?.[0]?.function?.name
}

function refuse(response, status) {
  const code = status === 429 ? 'rate_limit_exceeded' : 'stand_in'
  if (status === 429) response.setHeader('retry-after', '7')
  sendJson(
    response,
    status,
    errorOf(`The stand-in was asked to answer ${status}.`, status >= 500 ? 'server_error' : 'requests', code),
  )
}

function mayEnter({ key }, request) {
  return key === undefined || request.headers.authorization === `Bearer ${key}`
}

function modelOf(id) {
  return { id, object: 'model', created: CREATED_AT_SECONDS, owned_by: 'stand-in' }
}

function errorOf(message, type, code) {
  return { error: { message, type, param: null, code } }
}

// ── ordinary HTTP ────────────────────────────────────────────────────────────────────────────────────────────────────

function echoOf(request, body) {
  return { method: request.method, path: request.url, headers: request.headers, body: body.toString('utf8') }
}

async function sendEvents(search, response) {
  const count = Number(search.get('count') ?? 5)
  const delayMs = Number(search.get('delay_ms') ?? 0)
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' })
  for (let index = 1; index <= count && !response.destroyed; index++) {
    await pause(delayMs)
    response.write(`event: tick\nid: ${index}\ndata: {"tick":${index}}\n\n`)
  }
  response.end()
}

function sendJson(response, status, value) {
  const body = Buffer.from(JSON.stringify(value))
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': body.length })
  response.end(body)
}

async function readBody(request) {
  const chunks = []
  let bytes = 0
  for await (const chunk of request) {
    bytes += chunk.length
    if (bytes > MAX_BODY_BYTES) throw new Error('the body is too large for a stand-in')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function parse(body) {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
}

/** Without a delay, a turn of the event loop, so that chunks leave one by one. */
function pause(delayMs) {
  return new Promise((resolve) => (delayMs > 0 ? setTimeout(resolve, delayMs) : setImmediate(resolve)))
}

// ── WebSocket (RFC 6455) ─────────────────────────────────────────────────────────────────────────────────────────────

const CLOSE = 0x8
const PING = 0x9
const PONG = 0xa

function echoWebSocket(request, socket, head) {
  const key = request.headers['sec-websocket-key']
  if (request.headers.upgrade?.toLowerCase() !== 'websocket' || key === undefined) {
    socket.end('HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n')
    return
  }
  const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-accept: ${accept}\r\n\r\n`,
  )
  let held = Buffer.alloc(0)
  const take = (bytes) => {
    held = Buffer.concat([held, bytes])
    for (let frame = readFrame(held); frame !== undefined; frame = readFrame(held)) {
      held = held.subarray(frame.bytes)
      if (frame.opcode === PING) writeFrame(socket, 0x80 | PONG, frame.payload)
      else if (frame.opcode !== PONG) writeFrame(socket, frame.first, frame.payload)
      if (frame.opcode === CLOSE) socket.end()
    }
  }
  socket.on('error', () => socket.destroy())
  socket.on('data', take)
  take(head)
}

/** One whole frame from the start of `held`; undefined: not all of it is here. */
function readFrame(held) {
  if (held.length < 2) return undefined
  const [first, second] = held
  const short = second & 0x7f
  const lengthBytes = short === 126 ? 2 : short === 127 ? 8 : 0
  if (held.length < 2 + lengthBytes + 4) return undefined
  const length = lengthBytes === 0 ? short : lengthBytes === 2 ? held.readUInt16BE(2) : Number(held.readBigUInt64BE(2))
  if (length > MAX_FRAME_BYTES || (second & 0x80) === 0) {
    return { first: 0x80 | CLOSE, opcode: CLOSE, payload: Buffer.of(0x03, 0xea), bytes: held.length }
  }
  const start = 2 + lengthBytes + 4
  if (held.length < start + length) return undefined
  const mask = held.subarray(start - 4, start)
  const payload = Buffer.from(held.subarray(start, start + length).map((byte, index) => byte ^ mask[index % 4]))
  return { first, opcode: first & 0x0f, payload, bytes: start + length }
}

function writeFrame(socket, first, payload) {
  const head =
    payload.length < 126
      ? Buffer.of(first, payload.length)
      : payload.length < 65_536
        ? Buffer.of(first, 126, payload.length >> 8, payload.length & 0xff)
        : Buffer.concat([Buffer.of(first, 127), bigEndian64(payload.length)])
  if (!socket.writableEnded) socket.write(Buffer.concat([head, payload]))
}

function bigEndian64(value) {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(BigInt(value))
  return bytes
}

// ── as a program ─────────────────────────────────────────────────────────────────────────────────────────────────────

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const { PORT, STAND_IN_CHUNKS, STAND_IN_DELAY_MS, STAND_IN_KEY } = process.env
  const { origin } = await startStandIn({
    port: Number(PORT ?? 7400),
    chunks: Number(STAND_IN_CHUNKS ?? 5),
    delayMs: Number(STAND_IN_DELAY_MS ?? 0),
    ...(STAND_IN_KEY && { key: STAND_IN_KEY }),
  })
  console.log(`The stand-in upstream listens on ${origin}`)
}
