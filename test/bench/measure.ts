/** One contender, one run: how decision 29 takes its figures. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Generator } from './load/generator.ts'
import type { LoadResult } from './load/job.ts'
import type { BenchOptions } from './options.ts'
import { cpuOf } from './proc/process-tree.ts'
import type { RunningServer } from './servers/server.ts'

export interface Contender {
  readonly name: string
  readonly server: RunningServer
  /** Whole requests as they go on the wire. */
  readonly requests: readonly string[]
  readonly expectBodyBytes: number
}

export interface Bench {
  readonly options: BenchOptions
  readonly generator: Generator
  /** Progress, for the person who waits. */
  say(line: string): void
}

export interface FullLoad {
  /** User and system time of all its processes, over all finished requests. */
  readonly cpuMicros: number
  readonly perSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly firstByteP50Ms: number
}

/** What a server does behind its answers (writing logs, draining) belongs to them: wait for it before the clock is read. */
const SETTLE_MS = 1_500

/** Every connection always busy. */
export async function fullLoad(
  bench: Bench,
  contender: Contender,
  changes: { readonly maxRequests?: number; readonly connections?: number } = {},
): Promise<FullLoad> {
  const { options, generator } = bench
  const cpuBefore = cpuOf(contender.server.pids)
  const result = await generator.run({
    port: contender.server.port,
    connections: changes.connections ?? options.connections,
    seconds: options.seconds,
    // A job of so many requests counts them all.
    warmUpSeconds: changes.maxRequests === undefined ? options.warmUpSeconds : 0,
    ratePerSecond: undefined,
    maxRequests: changes.maxRequests,
    requests: contender.requests,
    expectStatus: 200,
    expectBodyBytes: contender.expectBodyBytes,
  })
  await sleep(SETTLE_MS)
  const cpuMicros = (cpuOf(contender.server.pids) - cpuBefore) / result.finishedInAll
  const { perSecond, p50Ms, p99Ms, firstByteP50Ms } = result
  return { cpuMicros, perSecond, p50Ms, p99Ms, firstByteP50Ms }
}

export interface AddedLatency {
  readonly ratePerSecond: number
  readonly addedP50Ms: number
  readonly addedP99Ms: number
  /** The same difference between two direct runs: what of the figures above is the machine's own noise. */
  readonly controlP50Ms: number
  readonly controlP99Ms: number
}

/** At an even rate: through the contender, and twice directly to the upstream, one right after the other. */
export async function addedLatency(
  bench: Bench,
  contender: Contender,
  direct: Contender,
  ratePerSecond: number,
): Promise<AddedLatency> {
  const first = await paced(bench, direct, ratePerSecond)
  const through = await paced(bench, contender, ratePerSecond)
  const second = await paced(bench, direct, ratePerSecond)
  return {
    ratePerSecond,
    addedP50Ms: through.p50Ms - first.p50Ms,
    addedP99Ms: through.p99Ms - first.p99Ms,
    controlP50Ms: second.p50Ms - first.p50Ms,
    controlP99Ms: second.p99Ms - first.p99Ms,
  }
}

async function paced({ options, generator }: Bench, contender: Contender, ratePerSecond: number): Promise<LoadResult> {
  return generator.run({
    port: contender.server.port,
    connections: options.connections * 2,
    seconds: options.seconds,
    warmUpSeconds: options.warmUpSeconds,
    ratePerSecond,
    maxRequests: undefined,
    requests: contender.requests,
    expectStatus: 200,
    expectBodyBytes: contender.expectBodyBytes,
  })
}

/** Runs that nobody counts: just-in-time compilers, caches and pools fill. */
export async function warmUp(bench: Bench, contenders: readonly Contender[]): Promise<void> {
  for (const contender of contenders) await fullLoad(bench, contender)
}

/** Processor time of a server that nobody calls, in µs a second. */
export async function idleCpu(server: RunningServer, seconds: number): Promise<number> {
  const before = cpuOf(server.pids)
  await sleep(seconds * 1_000)
  return (cpuOf(server.pids) - before) / seconds
}
