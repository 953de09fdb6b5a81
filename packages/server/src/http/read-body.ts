/** Reads the body of a request: bounded, of the right type, whole. */
import { ClavigerError } from '@claviger/core'
import type { IncomingMessage } from 'node:http'

/** @throws ClavigerError `body_too_large` without reading on; `bad_request` when the client goes away within it */
export async function readBody(incoming: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  const declared = Number(incoming.headers['content-length'] ?? 0)
  if (declared > maxBytes) throw tooLarge(maxBytes)
  const chunks: Uint8Array[] = []
  let bytes = 0
  try {
    for await (const chunk of incoming.iterator({ destroyOnReturn: false })) {
      if (!(chunk instanceof Uint8Array)) throw new TypeError('a request body must come as bytes')
      bytes += chunk.byteLength
      if (bytes > maxBytes) throw tooLarge(maxBytes)
      chunks.push(chunk)
    }
  } catch (cause) {
    if (cause instanceof ClavigerError || cause instanceof TypeError) throw cause
    throw new ClavigerError('bad_request', 'The connection ended within the body.', { cause })
  }
  return Buffer.concat(chunks, bytes)
}

/** @throws ClavigerError `unsupported_media_type` unless it says JSON in UTF-8, not compressed */
export function checkBodyType(incoming: IncomingMessage): void {
  const { 'content-type': type, 'content-encoding': coding } = incoming.headers
  if (coding !== undefined && coding.toLowerCase() !== 'identity') {
    throw new ClavigerError('unsupported_media_type', 'A body must not be compressed.')
  }
  if (
    type === undefined ||
    !/^application\/(?:json|merge-patch\+json)\s*(?:;\s*charset="?utf-8"?\s*)?$/i.test(type.trim())
  ) {
    throw new ClavigerError('unsupported_media_type', 'A body must be application/json.')
  }
}

function tooLarge(maxBytes: number): ClavigerError {
  return new ClavigerError('body_too_large', `A body of the control API has at most ${maxBytes} bytes.`)
}
