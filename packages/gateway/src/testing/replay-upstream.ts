/** A local upstream that answers with prepared bytes, chosen by the request's `x-replay` field, and remembers requests. */
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface PreparedAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

export interface SeenRequest {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export interface ReplayUpstream {
  readonly origin: string
  /** By the value of `x-replay`. */
  readonly answers: Map<string, PreparedAnswer>
  /** The last request for each value of `x-replay`. */
  readonly seen: Map<string, SeenRequest>
  close(): Promise<void>
}

export async function startReplayUpstream(): Promise<ReplayUpstream> {
  const answers = new Map<string, PreparedAnswer>()
  const seen = new Map<string, SeenRequest>()
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const name = String(request.headers['x-replay'])
      seen.set(name, {
        path: request.url ?? '',
        headers: request.headers,
        body: Buffer.concat(chunks).toString('utf8'),
      })
      const answer = answers.get(name) ?? { status: 404, headers: {}, body: new Uint8Array() }
      response.writeHead(answer.status, answer.headers)
      response.end(answer.body)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // a TCP server's address is one
  return {
    origin: `http://127.0.0.1:${port}`,
    answers,
    seen,
    close: async () => {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}
