/**
 * The load generator: a process of its own on bare sockets, because a full HTTP client would cost more than what it
 * measures. Takes jobs from its parent, one at a time.
 */
import { type Socket, connect } from 'node:net'
import { quantile } from '../numbers.ts'
import type { LoadJob, LoadResult } from './job.ts'
import { type Answer, ResponseReader } from './response-reader.ts'

process.on('message', (message: { readonly job: LoadJob }) => {
  void new Run(message.job).result().then((result) => process.send?.({ result }))
})

class Run {
  readonly #job: LoadJob
  readonly #requests: readonly Buffer[]
  readonly #lines: Line[] = []
  /** Lines without a request, in a paced run. */
  readonly #free: Line[] = []
  readonly #latenciesMs: number[] = []
  readonly #firstBytesMs: number[] = []
  readonly #countFromMs: number
  readonly #stopAtMs: number
  #nextRequest = 0
  #finishedInAll = 0
  #firstAtMs = 0
  #lastAtMs = 0
  #problem: string | undefined

  constructor(job: LoadJob) {
    this.#job = job
    this.#requests = job.requests.map((text) => Buffer.from(text, 'latin1'))
    this.#countFromMs = performance.now() + job.warmUpSeconds * 1_000
    this.#stopAtMs = this.#countFromMs + job.seconds * 1_000
  }

  async result(): Promise<LoadResult> {
    const { connections, ratePerSecond } = this.#job
    await Promise.all(Array.from({ length: connections }, () => this.#open()))
    if (ratePerSecond === undefined) await this.#closed()
    else await this.#paced(ratePerSecond)
    for (const line of this.#lines) line.socket.destroy()
    const finished = this.#latenciesMs.length
    const latencies = Float64Array.from(this.#latenciesMs).toSorted()
    const firstBytes = Float64Array.from(this.#firstBytesMs).toSorted()
    const spanMs = Math.max(this.#lastAtMs - this.#firstAtMs, 1)
    return {
      finished,
      finishedInAll: this.#finishedInAll,
      perSecond: ((finished - 1) / spanMs) * 1_000,
      p50Ms: quantile(latencies, 0.5),
      p99Ms: quantile(latencies, 0.99),
      firstByteP50Ms: quantile(firstBytes, 0.5),
      firstByteP99Ms: quantile(firstBytes, 0.99),
      problem: this.#problem,
    }
  }

  /** Every line is always busy. */
  async #closed(): Promise<void> {
    for (const line of this.#lines) this.#write(line, performance.now())
    while (this.#isGoing() || this.#busy() > 0) await new Promise((resolve) => setTimeout(resolve, 5))
  }

  /** Spins: Node's timers know whole milliseconds only, and requests in bursts would measure the burst. */
  async #paced(ratePerSecond: number): Promise<void> {
    const stepMs = 1_000 / ratePerSecond
    this.#free.push(...this.#lines)
    let dueAtMs = performance.now()
    while (this.#isGoing()) {
      while (dueAtMs <= performance.now() && this.#free.length > 0) {
        const line = this.#free.pop()
        if (line !== undefined) this.#write(line, dueAtMs)
        dueAtMs += stepMs
      }
      await new Promise((resolve) => setImmediate(resolve))
    }
    while (this.#busy() > 0 && performance.now() < this.#stopAtMs + 10_000)
      await new Promise((resolve) => setTimeout(resolve, 5))
  }

  #isGoing(): boolean {
    const { maxRequests = Infinity } = this.#job
    return performance.now() < this.#stopAtMs && this.#nextRequest < maxRequests && this.#problem === undefined
  }

  #busy(): number {
    return this.#problem === undefined ? this.#lines.filter((line) => line.sentAtMs !== undefined).length : 0
  }

  #write(line: Line, sentAtMs: number): void {
    const request = this.#requests[this.#nextRequest++ % this.#requests.length]
    if (request === undefined) throw new Error('a job needs a request')
    line.sentAtMs = sentAtMs
    line.socket.write(request)
  }

  #answered(line: Line, answer: Answer): void {
    const nowMs = performance.now()
    const { expectStatus, expectBodyBytes, ratePerSecond } = this.#job
    if (answer.status !== expectStatus || answer.bodyBytes < expectBodyBytes) {
      this.#problem ??= `an answer with status ${answer.status} and ${answer.bodyBytes} bytes`
    }
    const sentAtMs = line.sentAtMs ?? nowMs
    line.sentAtMs = undefined
    this.#finishedInAll += 1
    if (nowMs >= this.#countFromMs && nowMs <= this.#stopAtMs) {
      if (this.#latenciesMs.length === 0) this.#firstAtMs = nowMs
      this.#lastAtMs = nowMs
      this.#latenciesMs.push(nowMs - sentAtMs)
      this.#firstBytesMs.push(line.firstByteAtMs - sentAtMs)
    }
    if (ratePerSecond !== undefined) this.#free.push(line)
    else if (this.#isGoing()) this.#write(line, nowMs)
  }

  #open(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const socket = connect({ port: this.#job.port, host: '127.0.0.1', noDelay: true }, resolve)
    const line: Line = { socket, sentAtMs: undefined, firstByteAtMs: 0 }
    const reader = new ResponseReader({
      onFirstByte: () => {
        line.firstByteAtMs = performance.now()
      },
      onAnswer: (answer) => this.#answered(line, answer),
    })
    socket.on('data', (bytes: Buffer) => {
      try {
        reader.read(bytes)
      } catch (error) {
        this.#problem ??= String(error)
      }
    })
    const broke = (why: string) => (): void => {
      if (line.sentAtMs !== undefined) this.#problem ??= why
      resolve()
    }
    socket.on('error', (error) => broke(error.message)())
    socket.on('close', broke('a connection was closed before its answer'))
    this.#lines.push(line)
    return promise
  }
}

interface Line {
  readonly socket: Socket
  /** When its request was due; undefined while it has none. */
  sentAtMs: number | undefined
  firstByteAtMs: number
}
