/** Local upstreams for tests: real sockets, and as rude as a test needs them. */
import { type Server as HttpServer, type RequestListener, createServer as createHttp } from 'node:http'
import { type AddressInfo, type Server, type Socket, createServer } from 'node:net'

export interface Upstream {
  readonly origin: string
  readonly port: number
  /** Every connection that was ever accepted. */
  readonly accepted: () => number
  /** Connections that are open now. */
  readonly open: () => number
  close(): Promise<void>
}

/** An upstream that answers each request's bytes with whatever `answer` does to the socket. */
export async function startRaw(answer: (socket: Socket, request: string, nth: number) => void): Promise<Upstream> {
  let requests = 0
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.on('data', (bytes) => {
      requests += 1
      answer(socket, bytes.toString('latin1'), requests)
    })
  })
  return listening(server)
}

export async function startHttp(listener: RequestListener): Promise<Upstream & { readonly server: HttpServer }> {
  const server = createHttp(listener)
  return { ...(await listening(server)), server }
}

export async function listening(server: Server, scheme = 'http'): Promise<Upstream> {
  const sockets = new Set<Socket>()
  let accepted = 0
  server.on('connection', (socket: Socket) => {
    accepted += 1
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const port = portOf(server.address())
  return {
    origin: `${scheme}://127.0.0.1:${port}`,
    port,
    accepted: () => accepted,
    open: () => sockets.size,
    close: () => {
      for (const socket of sockets) socket.destroy()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

function portOf(address: string | AddressInfo | null): number {
  if (address === null || typeof address === 'string') throw new Error('the server does not listen on a port')
  return address.port
}
