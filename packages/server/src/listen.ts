/** The socket that the server listens on: how it opens and how it closes. */
import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { listenError, type Config } from '#config'

export interface Listening {
  /** Calls of the control API that are under way get their answer; connections end as soon as nothing runs on them. */
  close(isLate: () => boolean): Promise<void>
}

const LOOK_FOR_IDLE_MS = 20

/** @throws StartError `port_taken` and kin */
export async function listen(server: Server, { listen: { host, port } }: Pick<Config, 'listen'>): Promise<Listening> {
  // Also those that have not ended their TLS handshake: Node's own list begins with the first byte of HTTP.
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve, reject) => {
    const fail = (error: Error): void => reject(listenError(host, port, error))
    server.once('error', fail)
    server.listen(port, host, () => {
      server.off('error', fail)
      resolve()
    })
  })
  return {
    async close(isLate) {
      const looking = setInterval(() => {
        if (!isLate()) return server.closeIdleConnections()
        for (const socket of sockets) socket.destroy()
      }, LOOK_FOR_IDLE_MS)
      await new Promise<void>((done) => server.close(() => done()))
      clearInterval(looking)
    },
  }
}
