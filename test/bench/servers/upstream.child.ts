/** The stand-in upstream in Node: streams, and whole answers where there is no nginx. Port in argv. */
import { createServer } from 'node:http'
import { COMPLETION, streamEvents } from './chat.ts'

const events = streamEvents()

createServer((request, response) => {
  let body = ''
  request.setEncoding('utf8')
  request.on('data', (text: string) => {
    body += text
  })
  request.on('end', () => {
    if (!body.includes('"stream":true')) {
      response
        .writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(COMPLETION) })
        .end(COMPLETION)
      return
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    // One event a turn of the loop: each is a packet and a chunk of its own, as a provider sends them.
    let nth = 0
    const next = (): void => {
      const event = events[nth++]
      if (event === undefined) return void response.end()
      response.write(event)
      setImmediate(next)
    }
    next()
  })
})
  .on('connection', (socket) => socket.setNoDelay(true))
  .listen(Number(process.argv[2]), '127.0.0.1').keepAliveTimeout = 600_000
