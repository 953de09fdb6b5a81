/** Reads a caller's body into memory, for credentials that sign it. */
import type { Readable } from 'node:stream'
import { EgressProblem, failure } from './failure.ts'

export interface BodyReader {
  /** @throws EgressProblem `body_too_large`, or `cut` when the body breaks off */
  read(body: Readable, mostBytes: number): Promise<Uint8Array>
}

export async function readBody(body: Readable, mostBytes: number): Promise<Uint8Array> {
  const chunks: Buffer[] = []
  let sizeBytes = 0
  try {
    // What is left of it belongs to the caller: the socket must live on for the answer.
    for await (const chunk of body.iterator({ destroyOnReturn: false })) {
      if (!Buffer.isBuffer(chunk)) continue
      sizeBytes += chunk.byteLength
      if (sizeBytes > mostBytes) break
      chunks.push(chunk)
    }
  } catch (cause) {
    throw new EgressProblem(failure('cut', 'The body of the request broke off.'), { cause })
  }
  if (sizeBytes > mostBytes) {
    const detail = `The credential signs the body, which is longer than ${mostBytes} bytes.`
    throw new EgressProblem(failure('body_too_large', detail))
  }
  return Buffer.concat(chunks)
}
