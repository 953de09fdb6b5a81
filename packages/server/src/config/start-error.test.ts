import { createServer } from 'node:net'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { listenError, StartError } from './start-error.ts'

test('a taken port is told by its number, with another to try', async () => {
  const first = createServer().listen(0, '127.0.0.1')
  await once(first, 'listening')
  const address = first.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const [failure] = await once(createServer().listen(port, '127.0.0.1'), 'error')
  const error = listenError('127.0.0.1', port, failure)
  expect(error).toBeInstanceOf(StartError)
  expect(error).toMatchObject({
    code: 'port_taken',
    message: expect.stringContaining(`Port ${port} on 127.0.0.1 is taken`),
  })
  first.close()
})

test.each([
  ['EACCES', 'port_not_permitted'],
  ['EADDRNOTAVAIL', 'address_not_available'],
  ['EWHATEVER', 'address_not_available'],
])('%s becomes %s', (code, expected) => {
  expect(listenError('127.0.0.1', 80, Object.assign(new Error('listen failed'), { code })).code).toBe(expected)
})
