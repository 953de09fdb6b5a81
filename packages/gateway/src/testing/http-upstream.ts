/** An honest upstream on `node:http`. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface HttpUpstream {
  readonly origin: string
  close(): Promise<void>
}

export interface SeenRequest {
  readonly method: string
  readonly url: string
  readonly rawHeaders: readonly string[]
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

export async function startHttpUpstream(listener: RequestListener): Promise<HttpUpstream> {
  const server = createServer(listener)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  // a TCP server's address is one
  const { port } = server.address() as AddressInfo
  return {
    origin: `http://127.0.0.1:${port}`,
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Answers 200 with these fields and `answer to <body>`, and keeps what it has seen. */
export async function startSeeingUpstream(
  fields: readonly string[],
): Promise<HttpUpstream & { readonly seen: SeenRequest[] }> {
  const seen: SeenRequest[] = []
  const upstream = await startHttpUpstream((incoming, outgoing) => {
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.on('end', () => {
      const { method = '', url = '', rawHeaders, headers } = incoming
      const body = Buffer.concat(chunks).toString()
      seen.push({ method, url, rawHeaders, headers, body })
      outgoing.writeHead(200, [...fields])
      outgoing.end(`answer to ${body}`)
    })
  })
  return { ...upstream, seen }
}
