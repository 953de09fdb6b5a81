import { createServer, type AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { silentLog } from '#config'
import { openListener } from './listen.ts'

/** A message of PostgreSQL's protocol: its type, its length with itself, its content. */
function message(type: string, content: Buffer): Buffer {
  const length = Buffer.alloc(4)
  length.writeInt32BE(content.length + 4)
  return Buffer.concat([Buffer.from(type), length, content])
}
const WELCOME = Buffer.concat([message('R', Buffer.alloc(4)), message('Z', Buffer.from('I'))])
const REFUSAL = Buffer.concat([
  message('E', Buffer.from('SERROR\0C25006\0Mcannot execute LISTEN during recovery\0\0')),
  message('Z', Buffer.from('I')),
])

test('a connection on which LISTEN is refused, as by a standby, is closed', async () => {
  const open = new Set<unknown>()
  let seen = 0
  const standby = createServer((socket) => {
    seen++
    open.add(socket)
    socket.on('close', () => open.delete(socket))
    socket.on('error', () => undefined)
    socket.once('data', () => {
      socket.write(WELCOME)
      socket.on('data', (data) => {
        if (data[0] === 'Q'.charCodeAt(0)) socket.write(REFUSAL)
        if (data[0] === 'X'.charCodeAt(0)) socket.end()
      })
    })
  })
  await new Promise<void>((listening) => standby.listen(0, '127.0.0.1', listening))
  const { port } = standby.address() as AddressInfo
  const listener = { channel: 'bell', onNotify: () => undefined, onState: () => undefined }
  const target = { host: '127.0.0.1', port, user: 'nobody', database: 'none' }
  await expect(openListener(target, listener, silentLog)).rejects.toThrow('cannot execute LISTEN')
  expect(seen).toBe(1)
  await expect.poll(() => open.size).toBe(0)
  await new Promise((closed) => standby.close(closed))
})
