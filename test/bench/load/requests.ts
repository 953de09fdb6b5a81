/** Requests as they go on the wire. */

export interface Wire {
  readonly method?: string
  readonly path: string
  readonly port: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export function wireRequest({ method = 'POST', path, port, headers, body }: Wire): string {
  const fields = {
    host: `127.0.0.1:${port}`,
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    ...headers,
  }
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`)
  return `${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`
}
