/** A client that writes any bytes on a socket, and an upstream that does: for what no honest HTTP library would send. */
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

export interface RawAnswers {
  /** All that came, as latin1. */
  readonly text: string
  /** The first status; 0 when nothing came. */
  readonly status: number
  /** Of the first answer. */
  readonly body: string
  /** False when we stopped waiting. */
  readonly isClosed: boolean
}

export interface RawCall {
  /** Strings are latin1. An array is written piece by piece, a turn apart. */
  readonly bytes: string | Uint8Array | readonly (string | Uint8Array)[]
  readonly waitMs?: number
  /** Says that nothing more will come, by half-closing, when there is no answer after so long. */
  readonly endsAfterMs?: number
}

/** Sends, then reads until the other side closes or `waitMs` have passed. */
export async function callRaw(port: number, call: RawCall): Promise<RawAnswers> {
  const socket = await openSocket(port)
  const chunks: Buffer[] = []
  socket.on('data', (chunk: Buffer) => chunks.push(chunk))
  const closed = new Promise<boolean>((resolve) =>
    socket.once('end', () => resolve(true)).once('close', () => resolve(true)),
  )
  let timer: NodeJS.Timeout | undefined
  const tired = new Promise<boolean>((resolve) => (timer = setTimeout(() => resolve(false), call.waitMs ?? 3_000)))
  const pieces = Array.isArray(call.bytes) ? call.bytes : [call.bytes]
  for (const piece of pieces) {
    if (socket.destroyed) break
    if (!socket.write(typeof piece === 'string' ? Buffer.from(piece, 'latin1') : piece))
      await Promise.race([once(socket, 'drain').catch(ignore), closed])
    else if (pieces.length > 1) await new Promise((resolve) => setTimeout(resolve, 1))
  }
  const ending = call.endsAfterMs === undefined ? undefined : setTimeout(() => socket.end(), call.endsAfterMs)
  const isClosed = await Promise.race([closed, tired])
  clearTimeout(timer)
  clearTimeout(ending)
  socket.destroy()
  return { ...readAnswer(Buffer.concat(chunks).toString('latin1')), isClosed }
}

/** A connected socket whose errors nobody needs to hear. */
export async function openSocket(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  socket.on('error', ignore)
  await once(socket, 'connect')
  return socket
}

function readAnswer(text: string): Pick<RawAnswers, 'text' | 'status' | 'body'> {
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0)
  const headEnd = text.indexOf('\r\n\r\n')
  return { text, status, body: headEnd === -1 ? '' : text.slice(headEnd + 4) }
}

export interface RawUpstream {
  readonly origin: string
  /** Connections that are open at the moment. */
  readonly openCount: number
  /** What each request looked like, head and what came with it. */
  readonly requests: string[]
  close(): Promise<void>
}

/** Answers each request head with whatever `script` writes; the script ends the connection, or leaves it. */
export async function startRawUpstream(
  script: (socket: Socket, head: string) => void | Promise<void>,
): Promise<RawUpstream> {
  const sockets = new Set<Socket>()
  const requests: string[] = []
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', ignore).on('close', () => sockets.delete(socket))
    let text = ''
    let isAnswered = false
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1')
      if (isAnswered || !text.includes('\r\n\r\n')) return
      isAnswered = true
      requests.push(text)
      void script(socket, text)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    origin: `http://127.0.0.1:${port}`,
    get openCount() {
      return sockets.size
    },
    requests,
    close: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

function ignore(): void {}
