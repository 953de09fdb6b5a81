/** The socket that the server listens on: how it opens and how it closes. */
import type { Server } from 'node:http'
import { listenError, type Config } from '#config'

const LOOK_FOR_IDLE_MS = 20

/** @throws StartError `port_taken` and kin */
export async function listen(server: Server, { listen: { host, port } }: Config): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const fail = (error: Error): void => reject(listenError(host, port, error))
    server.once('error', fail)
    server.listen(port, host, () => {
      server.off('error', fail)
      resolve()
    })
  })
}

/** Calls of the control API that are under way get their answer; connections end as soon as nothing runs on them. */
export async function closeServer(server: Server, isLate: () => boolean): Promise<void> {
  const looking = setInterval(
    () => (isLate() ? server.closeAllConnections() : server.closeIdleConnections()),
    LOOK_FOR_IDLE_MS,
  )
  await new Promise<void>((done) => server.close(() => done()))
  clearInterval(looking)
}
