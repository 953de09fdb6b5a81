/** Stands before the product like a reverse proxy, and keeps what an access log of one could have written down. */
import { createServer, request } from 'node:http'

export interface SeenRequest {
  /** `GET /api/setup`, as it stood on the wire. */
  readonly line: string
  readonly headers: readonly string[]
  readonly body: string
}

export interface WatchingProxy {
  readonly url: string
  readonly seen: readonly SeenRequest[]
  forwardTo(origin: string): void
  close(): Promise<void>
}

export async function startWatchingProxy(): Promise<WatchingProxy> {
  const seen: SeenRequest[] = []
  let target = ''
  const server = createServer((incoming, outgoing) => {
    const { method = '', url = '', rawHeaders, headers } = incoming
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.on('end', () => {
      const body = Buffer.concat(chunks)
      seen.push({ line: `${method} ${url}`, headers: rawHeaders, body: body.toString() })
      const onward = request(`${target}${url}`, { method, headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(outgoing)
      })
      onward.on('error', () => outgoing.destroy())
      onward.end(body)
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    seen,
    forwardTo(origin) {
      target = origin
    },
    async close() {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}
