import { once } from 'node:events'
import { createServer } from 'node:https'
import { connect, type AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { listen } from './listen.ts'

test('a connection that never ends its TLS handshake does not hold up the stop', async () => {
  const server = createServer({ handshakeTimeout: 60_000 })
  const listening = await listen(server, { listen: { host: '127.0.0.1', port: 0 } })
  const { port } = server.address() as AddressInfo
  const silent = connect(port, '127.0.0.1').on('error', () => undefined)
  await once(silent, 'connect')
  let isLate = false
  let isClosed = false
  const closing = listening.close(() => isLate).then(() => (isClosed = true))
  await new Promise((done) => setTimeout(done, 60))
  expect(isClosed).toBe(false)
  isLate = true
  await closing
  silent.destroy()
})
