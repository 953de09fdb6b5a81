/**
 * A head and a small body that are corked together leave as one latin1 text: one packet, one TLS record, and half the
 * work of handing the kernel a list of buffers.
 */
import type { Socket } from 'node:net'

/** Above this, copying costs more than it saves. */
const SMALL_BYTES = 16 * 1024

interface Corked {
  readonly chunk: unknown
  readonly encoding: BufferEncoding
}

/** `Writable` lets an instance say how it writes several chunks at once; the socket's own way is kept for all others. */
export function writeTogether(socket: Socket): void {
  const several = socket._writev?.bind(socket)
  if (several === undefined) return
  socket._writev = (chunks: Corked[], callback): void => {
    const text = textOf(chunks)
    if (text === undefined) several(chunks, callback)
    else socket._write(text, 'latin1', callback)
  }
}

/** Each byte of the chunks as one character; undefined when they are large, or hold text in another encoding. */
function textOf(chunks: readonly Corked[]): string | undefined {
  let text = ''
  for (const { chunk, encoding } of chunks) {
    if (chunk instanceof Buffer && chunk.length <= SMALL_BYTES) text += chunk.toString('latin1')
    else if (typeof chunk === 'string' && encoding === 'latin1') text += chunk
    else return undefined
    if (text.length > SMALL_BYTES) return undefined
  }
  return text
}
