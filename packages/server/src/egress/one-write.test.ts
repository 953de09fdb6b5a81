import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { writeTogether } from './one-write.ts'

/** What the other side reads when all of this is written between cork and uncork. */
async function received(chunks: readonly (Buffer | string)[]): Promise<string> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  // `listen` with a host and a port answers with an AddressInfo
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1')
  writeTogether(client)
  const [peer] = await once(server, 'connection')
  const parts: Buffer[] = []
  peer.on('data', (part: Buffer) => parts.push(part))
  await once(client, 'connect')
  client.cork()
  for (const chunk of chunks) {
    if (typeof chunk === 'string') client.write(chunk, 'latin1')
    else client.write(chunk)
  }
  client.uncork()
  client.end()
  await once(peer, 'end')
  server.close()
  return Buffer.concat(parts).toString('latin1')
}

test('every byte arrives as it was written, in order, small and large', async () => {
  const latin1 = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes).toString('latin1'))
  const chunk = fc.oneof(
    latin1,
    fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
    fc.constant(Buffer.alloc(20_000, 'ä')),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(chunk, { minLength: 1, maxLength: 6 }), async (chunks) => {
      const whole = chunks.map((one) => (typeof one === 'string' ? one : one.toString('latin1'))).join('')
      expect(await received(chunks)).toBe(whole)
    }),
    { numRuns: 60 },
  )
})

test('text in another encoding is left to the socket', async () => {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1')
  writeTogether(client)
  const [peer] = await once(server, 'connection')
  client.cork()
  client.write('ä€', 'utf8')
  client.write('ä', 'latin1')
  client.uncork()
  client.end()
  const parts: Buffer[] = []
  for await (const part of peer) parts.push(part)
  server.close()
  expect(Buffer.concat(parts).toString('hex')).toBe('c3a4e282ace4')
})
