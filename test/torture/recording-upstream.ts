/** An upstream that keeps every byte of each request, and knows whether the request came whole. */
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'

export interface RecordingUpstream {
  readonly origin: string
  /** Requests that came whole, as they came (latin1). What broke off within its body is not among them. */
  readonly whole: readonly string[]
  close(): Promise<void>
}

const ANSWER = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok'

/** Answers what came whole, and closes. */
export async function startRecordingUpstream(): Promise<RecordingUpstream> {
  const whole: string[] = []
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    let text = ''
    sockets.add(socket)
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket))
    socket.on('data', (chunk: Buffer) => {
      const wasWhole = isWhole(text)
      text += chunk.toString('latin1')
      if (wasWhole || !isWhole(text)) return
      whole.push(text)
      socket.end(ANSWER)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    origin: `http://127.0.0.1:${address.port}`,
    whole,
    close: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

function isWhole(text: string): boolean {
  const end = text.indexOf('\r\n\r\n')
  if (end === -1) return false
  const [head, body] = [text.slice(0, end), text.slice(end + 4)]
  if (/^transfer-encoding:/im.test(head)) return body.endsWith('0\r\n\r\n')
  return body.length >= Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0)
}
