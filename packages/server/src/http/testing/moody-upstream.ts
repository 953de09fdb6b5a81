/** An upstream whose manners change while it runs. It counts what reached it, and can be killed and started again. */
import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'

/** `flapping`: each next call something else; `garbage`: bytes that are no HTTP; `hung`: takes all and says nothing. */
export type Mood = 'well' | 'unavailable' | 'hung' | 'garbage' | 'reset' | 'flapping'

const FLAPS: readonly Mood[] = ['well', 'reset', 'unavailable', 'well', 'garbage']

export class MoodyUpstream {
  readonly name: string
  mood: Mood = 'well'
  /** What its health endpoint answers. */
  healthStatus = 200
  /** Calls whose head has come, without those to `/healthz`. */
  calls = 0
  checks = 0
  /** Header fields of the last check. */
  lastCheck = ''
  #server: Server | undefined
  #port = 0
  readonly #sockets = new Set<Socket>()

  constructor(name: string) {
    this.name = name
  }

  get origin(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  /** On the port that it had before. */
  async start(): Promise<this> {
    const server = createServer((socket) => this.#serve(socket)).listen(this.#port, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    this.#port = typeof address === 'object' && address !== null ? address.port : 0
    this.#server = server
    return this
  }

  /** As a process that is killed: every connection is reset, new ones are refused. */
  async kill(): Promise<void> {
    const server = this.#server
    this.#server = undefined
    for (const socket of this.#sockets) socket.resetAndDestroy()
    if (server === undefined) return
    server.close()
    await once(server, 'close')
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket)
    socket.on('error', () => undefined)
    socket.once('close', () => this.#sockets.delete(socket))
    let waiting = ''
    socket.on('data', (bytes) => {
      waiting += bytes.toString('latin1')
      for (;;) {
        const end = waiting.indexOf('\r\n\r\n')
        if (end === -1) return
        const head = waiting.slice(0, end)
        const bodyBytes = Number(/^content-length: (\d+)$/im.exec(head)?.[1] ?? 0)
        if (waiting.length < end + 4 + bodyBytes) return
        waiting = waiting.slice(end + 4 + bodyBytes)
        this.#answer(socket, head)
      }
    })
  }

  #answer(socket: Socket, head: string): void {
    if (head.startsWith('GET /healthz')) {
      this.checks += 1
      this.lastCheck = head
      return this.#write(socket, this.healthStatus)
    }
    this.calls += 1
    const mood = this.mood === 'flapping' ? (FLAPS[this.calls % FLAPS.length] ?? 'well') : this.mood
    if (mood === 'well') this.#write(socket, 200)
    else if (mood === 'unavailable') this.#write(socket, 503)
    else if (mood === 'garbage') socket.end('SSH-2.0-OpenSSH_9.9\r\n')
    else if (mood === 'reset') socket.resetAndDestroy()
  }

  #write(socket: Socket, status: number): void {
    socket.write(`HTTP/1.1 ${status} Said\r\nContent-Length: ${this.name.length}\r\n\r\n${this.name}`)
  }
}
