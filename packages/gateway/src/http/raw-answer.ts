/**
 * Answers to what the parser refused: no request object exists then, only a socket. Written by hand, then closed: after
 * a broken message nobody knows where the next one begins (RFC 9112 §2.2).
 */
import { STATUS_CODES, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { ClavigerError, PROBLEM_CONTENT_TYPE, type ErrorCode } from '@claviger/core'
import { endGently } from './end-socket.ts'
import { problemAnswer } from './problem.ts'

/** What an errored connection may still send, while it reads our answer. */
const LINGER_BYTES = 16 * 1_048_576

/** A parser goes on complaining with every further byte; one complaint is answered. */
const answered = new WeakSet<Socket>()

/** What Node's and llhttp's codes mean for the caller; all others are `bad_request`. */
const CODES: Readonly<Record<string, ErrorCode>> = {
  HPE_HEADER_OVERFLOW: 'headers_too_large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 'body_too_large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
}

const MESSAGES = {
  headers_too_large: 'The header fields are too large.',
  body_too_large: 'The chunk extensions are too large.',
  request_timeout: 'The request did not arrive in time.',
} as const

/**
 * Answers a connection whose bytes are no HTTP request. Calls that are still being answered on it are answered first.
 *
 * @param makeRequestId asked only when something is written
 */
export function answerParserError(
  error: Error,
  socket: Socket,
  makeRequestId: () => string,
): ClavigerError | undefined {
  if (answered.has(socket)) {
    if (socket.bytesRead > LINGER_BYTES) socket.destroy()
    return undefined
  }
  answered.add(socket)
  const code = errorCode(error)
  if (!socket.writable || code === 'ECONNRESET' || code === 'EPIPE' || code === 'ETIMEDOUT') {
    socket.destroy()
    return undefined
  }
  const refused = parserError(error, code)
  afterRunning(socket, code, () => writeRaw(socket, refused, makeRequestId()))
  return refused
}

/** One whole answer on a bare socket, then the end of it. */
export function writeRaw(
  socket: Socket,
  error: ClavigerError,
  requestId: string,
  fields: readonly string[] = [],
): void {
  if (!socket.writable) {
    socket.destroy()
    return
  }
  const { body } = problemAnswer(error, requestId)
  const allFields = [
    `Content-Type: ${PROBLEM_CONTENT_TYPE}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Cache-Control: no-store',
    `X-Request-Id: ${requestId}`,
    `Date: ${new Date().toUTCString()}`,
    'Connection: close',
    ...fields,
  ]
  socket.write(
    `HTTP/1.1 ${error.status} ${STATUS_CODES[error.status] ?? ''}\r\n${allFields.join('\r\n')}\r\n\r\n${body}`,
  )
  endGently(socket)
}

function parserError(error: Error, code: string): ClavigerError {
  const known = CODES[code]
  if (known === 'headers_too_large' || known === 'body_too_large' || known === 'request_timeout') {
    return new ClavigerError(known, MESSAGES[known], { cause: error })
  }
  // `reason` is llhttp's own words for the shape, such as "Duplicate Content-Length": it quotes nothing of the request
  const { reason } = error as { readonly reason?: unknown }
  const detail = typeof reason === 'string' ? ` ${reason}.` : ''
  return new ClavigerError('bad_request', `The request is no valid HTTP/1.1 message.${detail}`, { cause: error })
}

/**
 * Node keeps the response that is being written to a socket in `_httpMessage`, as its documentation of `clientError`
 * says. What came before the broken bytes is a call like any other and gets its answer; a broken call itself is
 * answered here, unless its answer has begun.
 */
function afterRunning(socket: Socket, code: string, answer: () => void): void {
  const { _httpMessage: running } = socket as Socket & { readonly _httpMessage?: ServerResponse | null }
  if (running === undefined || running === null) {
    // it was told that the connection ends with the last answer, and it has
    if (code === 'HPE_CLOSED_CONNECTION') socket.destroySoon()
    else answer()
  } else if (running.req.complete) running.once('close', () => afterRunning(socket, code, answer))
  // its answer has begun, or is a refusal that is on its way: no second one may follow
  else if (running.headersSent) endGently(socket)
  else answer()
}

function errorCode(error: Error): string {
  const { code } = error as NodeJS.ErrnoException
  return code ?? ''
}
