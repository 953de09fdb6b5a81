/** The end of a connection that is given up. */
import type { Socket } from 'node:net'

/** So long a caller may take to read what was written last, and may still send. */
const LINGER_MS = 1_000

/**
 * What was written gets out, and may be read; then the connection is gone, whatever the other side does. Closing with
 * unread bytes would make the kernel send a reset, and the caller could lose the answer (RFC 9112 §9.6).
 */
export function endGently(socket: Socket): void {
  socket.on('error', ignore)
  socket.end()
  const timer = setTimeout(() => socket.destroy(), LINGER_MS)
  socket.once('close', () => clearTimeout(timer))
  socket.resume()
}

/** Not whole, and to be seen as not whole: what was written gets out, if it can at all. */
export function endBroken(socket: Socket): void {
  socket.on('error', ignore)
  const timer = setTimeout(() => socket.destroy(), LINGER_MS)
  socket.once('close', () => clearTimeout(timer))
  socket.destroySoon()
}

function ignore(): void {}
