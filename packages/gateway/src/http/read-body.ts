/** Reads a whole request body, bounded. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { ClavigerError } from '@claviger/core'
import type { HeadFacts } from '../exchange.ts'
import type { MaybePromise } from '../ports.ts'

const EMPTY = new Uint8Array(0)

export function bodyTooLarge(limitBytes: number): ClavigerError {
  return new ClavigerError('body_too_large', `The request body is larger than ${limitBytes} bytes.`)
}

/**
 * The body as one piece. A caller that waits for `100 Continue` is told to go on; so call this only once that is right.
 * More than `limitBytes` are never kept, whatever was declared.
 *
 * @returns a ClavigerError `body_too_large`, or `bad_request` when the caller goes away before the end
 */
export function readBody(
  source: { readonly incoming: IncomingMessage; readonly outgoing: ServerResponse; readonly facts: HeadFacts },
  limitBytes: number,
): MaybePromise<Uint8Array | ClavigerError> {
  const { incoming, outgoing, facts } = source
  if (!facts.hasBody) return EMPTY
  if ((facts.contentLengthBytes ?? 0) > limitBytes) return bodyTooLarge(limitBytes)
  if (facts.expectsContinue) outgoing.writeContinue()
  return new Promise((resolve) => collectBody(incoming, limitBytes, resolve))
}

/** As `readBody`, without a promise and without `100 Continue`; `settle` is called once. */
export function collectBody(
  incoming: IncomingMessage,
  limitBytes: number,
  settle: (body: Uint8Array | ClavigerError) => void,
): void {
  let first: Uint8Array | undefined
  let more: Uint8Array[] | undefined
  let bytes = 0
  const onData = (chunk: Uint8Array): void => {
    bytes += chunk.byteLength
    if (bytes > limitBytes) {
      incoming.pause()
      done(bodyTooLarge(limitBytes))
    } else if (first === undefined) first = chunk
    else (more ??= []).push(chunk)
  }
  const onEnd = (): void => {
    const one = first ?? EMPTY
    done(more === undefined ? one : Buffer.concat([one, ...more], bytes))
  }
  const onClose = (): void => done(new ClavigerError('bad_request', 'The request ended before its body was whole.'))
  const done = (outcome: Uint8Array | ClavigerError): void => {
    incoming.off('data', onData).off('end', onEnd).off('close', onClose)
    settle(outcome)
  }
  incoming.on('data', onData).on('end', onEnd).on('close', onClose)
}
