import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startDrain, type Drain, type DrainEvent, type DrainOptions, type Sink } from './drain.ts'
import { openSpool } from './open-spool.ts'
import type { Spool } from './spool.ts'

let directory = ''
let events: DrainEvent[] = []
const closing: (() => Promise<void>)[] = []

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'claviger-drain-'))
  events = []
})
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
  await rm(directory, { recursive: true, force: true })
})

/** A table in memory with the promise of a transaction: all lines and the cursor, or nothing. */
class Table implements Sink {
  readonly lines: string[] = []
  readonly batches: number[] = []
  readonly aside: string[] = []
  cursor = 0
  failing: ((lines: readonly string[]) => Error | undefined) | undefined
  /** Stores, and then says that it failed: the answer of a commit got lost. */
  losesAnswers = 0

  async storedTo(): Promise<number> {
    return this.cursor
  }

  async store(lines: readonly string[], firstSequence: number): Promise<void> {
    const error = this.failing?.(lines)
    if (error !== undefined) throw error
    if (firstSequence <= this.cursor) throw new Error('stored twice')
    this.lines.push(...lines)
    this.batches.push(lines.length)
    this.cursor = firstSequence + lines.length - 1
    if (this.losesAnswers-- > 0) throw new Error('connection lost')
  }

  async setAside(line: string): Promise<void> {
    this.aside.push(line)
  }
}

async function begin(
  table: Table,
  options: Partial<DrainOptions> = {},
  maxRecentBytes?: number,
): Promise<{ spool: Spool; drain: Drain }> {
  const spool = await openSpool({
    directory,
    fullMode: 'refuse',
    diskLevel: () => 'ok' as const,
    clock: { nowMs: () => Date.now() },
    onEvent: () => undefined,
    segmentBytes: 2_000,
    ...(maxRecentBytes === undefined ? {} : { maxRecentBytes }),
  })
  if (spool === undefined) throw new Error('locked')
  const drain = startDrain(spool, table, {
    onEvent: (event) => events.push(event),
    batchDelayMs: 5,
    firstBackOffMs: 2,
    maxBackOffMs: 20,
    ...options,
  })
  closing.push(
    async () => spool.close(),
    async () => drain.close(0),
  )
  return { spool, drain }
}

async function appendAll(spool: Spool, count: number): Promise<readonly string[]> {
  const lines = Array.from({ length: count }, (_, index) => `line ${spool.lastSequence + index + 1}`)
  for (const [index, line] of lines.entries()) {
    spool.append(line)
    if (index % 10 === 9) await spool.written()
  }
  return lines
}

describe('a drain', () => {
  test('stores every line once, in order, and trims the spool', async () => {
    const table = new Table()
    const { spool, drain } = await begin(table, { batchLines: 64 })
    const lines = await appendAll(spool, 1_000)
    expect(await drain.drained()).toBe(true)
    expect(table.lines).toEqual(lines)
    expect(Math.max(...table.batches)).toBeLessThanOrEqual(64)
    expect(spool.pending()).toBe(0)
  })

  test('waits a little for company: slow single lines share a batch', async () => {
    const table = new Table()
    const { spool } = await begin(table, { batchDelayMs: 100 })
    for (let count = 0; count < 5; count++) {
      spool.append(`line ${count}`)
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
    await expect.poll(() => table.batches, { timeout: 2_000 }).toEqual([5])
  })

  test('carries an outage that is larger than its memory, and tells its begin and end', async () => {
    const table = new Table()
    table.failing = () => new Error('away')
    const { spool, drain } = await begin(table, { batchLines: 50 }, 500)
    const lines = await appendAll(spool, 1_000)
    await expect.poll(() => drain.facts().failures).toBeGreaterThan(2)
    expect(await spool.readFrom(1, 1)).toEqual({ firstSequence: 1, lines: ['line 1'] })
    table.failing = undefined
    expect(await drain.drained()).toBe(true)
    expect(table.lines).toEqual(lines)
    expect(events.map((event) => event.kind)).toEqual(['drain_failing', 'drain_recovered'])
  })

  test('stores nothing twice when the answer of a commit is lost', async () => {
    const table = new Table()
    table.losesAnswers = 1
    const { spool, drain } = await begin(table, { batchLines: 30 })
    const lines = await appendAll(spool, 100)
    expect(await drain.drained()).toBe(true)
    expect(table.lines).toEqual(lines)
  })

  test('sets a line aside that the table will never take, and stores its neighbours', async () => {
    const table = new Table()
    table.failing = (lines) =>
      lines.includes('line 37') ? Object.assign(new Error('bad'), { code: '22P02' }) : undefined
    const { spool, drain } = await begin(table)
    const lines = await appendAll(spool, 100)
    expect(await drain.drained()).toBe(true)
    expect(table.aside).toEqual(['line 37'])
    expect(table.lines).toEqual(lines.filter((line) => line !== 'line 37'))
    expect(events).toContainEqual(expect.objectContaining({ kind: 'line_set_aside', sequence: 37 }))
  })

  test('never sets a line aside because the table is away or a partition is missing', async () => {
    const table = new Table()
    let left = 8
    table.failing = () => (left-- > 0 ? Object.assign(new Error('no partition'), { code: '23514' }) : undefined)
    const { spool, drain } = await begin(table)
    const lines = await appendAll(spool, 20)
    expect(await drain.drained()).toBe(true)
    expect(table.lines).toEqual(lines)
    expect(table.aside).toEqual([])
  })

  test('closed while the table is away, it stops within its grace and says so to who waits', async () => {
    const table = new Table()
    table.failing = () => new Error('away')
    const { spool, drain } = await begin(table)
    await appendAll(spool, 10)
    const drained = drain.drained()
    await drain.close(10)
    expect(await drained).toBe(false)
    expect(spool.pending()).toBe(10)
  })
})
