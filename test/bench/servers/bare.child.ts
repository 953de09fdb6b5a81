/**
 * What verifying a key costs at least in Node: read the body, hash the key (HMAC-SHA-256), look it up in a map of digests,
 * answer. Port and number of keys in argv; the keys are `benchKey(n)`.
 */
import { createHmac } from 'node:crypto'
import { createServer } from 'node:http'
import { benchKey } from './bare.ts'

const pepper = Buffer.alloc(32, 7)
const digestOf = (key: string): string => createHmac('sha256', pepper).update(key).digest('base64')

const keys = new Map<string, { readonly id: string; readonly scopes: readonly string[] }>()
for (let nth = 0; nth < Number(process.argv[3]); nth += 1)
  keys.set(digestOf(benchKey(nth)), { id: `key_${nth}`, scopes: ['chat.write'] })

createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    const { key } = JSON.parse(Buffer.concat(chunks).toString()) as { readonly key: string }
    const found = keys.get(digestOf(key))
    const answer = JSON.stringify({
      valid: found !== undefined,
      code: found === undefined ? 'credential_invalid' : 'valid',
      key_id: found?.id,
      scopes: found?.scopes,
    })
    response
      .writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(answer) })
      .end(answer)
  })
}).listen(Number(process.argv[2]), '127.0.0.1').keepAliveTimeout = 600_000
