import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openSpool } from './open-spool.ts'
import type { Spool, SpoolEvent, SpoolOptions } from './spool.ts'

let directory = ''
let events: SpoolEvent[] = []
const opened: Spool[] = []

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'claviger-spool-'))
  events = []
})
afterEach(async () => {
  for (const spool of opened.splice(0)) await spool.close().catch(() => undefined)
  await rm(directory, { recursive: true, force: true })
})

async function open(options: Partial<SpoolOptions> = {}): Promise<Spool> {
  const spool = await openSpool({
    directory,
    fullMode: 'refuse',
    diskLevel: () => 'ok' as const,
    clock: { nowMs: () => Date.now() },
    onEvent: (event) => events.push(event),
    ...options,
  })
  if (spool === undefined) throw new Error('the spool is locked')
  opened.push(spool)
  return spool
}

/** Everything from `sequence` on, taken in batches of `maxLines`. */
async function readAll(spool: Spool, sequence: number, maxLines: number): Promise<readonly string[]> {
  const lines: string[] = []
  for (let next = sequence; ;) {
    const batch = await spool.readFrom(next, maxLines)
    if (batch === undefined) return lines
    lines.push(...batch.lines)
    next = batch.firstSequence + batch.lines.length
  }
}

const numbered = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `line ${index + 1} äöü`)

/** Leaves the directory as a process that was killed leaves it: no close, no trim, its lock dead. */
async function leaveDead(spool: Spool): Promise<void> {
  await spool.written()
  opened.splice(opened.indexOf(spool), 1)
  for (const name of await readdir(directory)) if (name.startsWith('lock.')) await rm(join(directory, name))
}

describe('a spool', () => {
  test('gives back what was appended, in order, from memory', async () => {
    const spool = await open()
    for (const line of numbered(100)) spool.append(line)
    expect(spool.lastSequence).toBe(100)
    await spool.written()
    expect(await readAll(spool, 1, 7)).toEqual(numbered(100))
    expect(await spool.readFrom(40, 2)).toEqual({ firstSequence: 40, lines: numbered(41).slice(39) })
    expect(await spool.readFrom(101, 2)).toBeUndefined()
  })

  test('gives back from its files what has left memory, over many segments and while it grows', async () => {
    const spool = await open({ segmentBytes: 500, maxRecentBytes: 300 })
    const lines = numbered(300)
    for (const line of lines.slice(0, 200)) {
      spool.append(line)
      await spool.written()
    }
    expect(await readAll(spool, 1, 9)).toEqual(lines.slice(0, 200))
    for (const line of lines.slice(200)) {
      spool.append(line)
      await spool.written()
    }
    expect(await readAll(spool, 201, 9)).toEqual(lines.slice(200))
    expect(await readAll(spool, 150, 1000)).toEqual(lines.slice(149))
  })

  test('deletes the segments whose lines are stored, and keeps the rest', async () => {
    const spool = await open({ segmentBytes: 500, maxRecentBytes: 1 })
    for (const line of numbered(200)) {
      spool.append(line)
      await spool.written()
    }
    const before = spool.facts().diskBytes
    await spool.trimTo(150)
    expect(spool.facts().diskBytes).toBeLessThan(before / 2)
    expect(spool.pending()).toBe(50)
    expect(await readAll(spool, 151, 20)).toEqual(numbered(200).slice(150))
  })

  test('is found whole by the next process, which goes on with the next sequence', async () => {
    const first = await open({ segmentBytes: 500 })
    for (const line of numbered(90)) {
      first.append(line)
      await first.written()
    }
    await leaveDead(first)
    const second = await open()
    expect(second.lastSequence).toBe(90)
    expect(second.append('more')).toBe(91)
    await second.written()
    expect(await readAll(second, 1, 50)).toEqual([...numbered(90), 'more'])
    expect(events).toEqual([])
  })

  test('cuts a torn tail when it is opened, and says so', async () => {
    const first = await open()
    first.append('whole')
    await first.written()
    await leaveDead(first)
    const [name = ''] = (await readdir(directory)).filter((one) => one.endsWith('.seg'))
    const whole = await readFile(join(directory, name))
    await writeFile(join(directory, name), Buffer.concat([whole, whole.subarray(0, 20)]))
    const second = await open()
    expect(await readAll(second, 1, 10)).toEqual(['whole'])
    expect(events).toMatchObject([
      { kind: 'damage', reason: 'torn_tail', startByte: whole.length, endByte: whole.length + 20 },
    ])
    expect((await readFile(join(directory, name))).length).toBe(whole.length)
  })

  test('steps over a broken frame in the middle, reports it and counts its bytes', async () => {
    const first = await open()
    for (const line of ['one', 'two', 'three']) {
      first.append(line)
      await first.written()
    }
    await leaveDead(first)
    const [name = ''] = (await readdir(directory)).filter((one) => one.endsWith('.seg'))
    const bytes = await readFile(join(directory, name))
    bytes[bytes.indexOf('two')] = 0
    await writeFile(join(directory, name), bytes)
    const second = await open()
    expect(await second.readFrom(1, 10)).toEqual({ firstSequence: 1, lines: ['one'] })
    expect(await second.readFrom(2, 10)).toEqual({ firstSequence: 3, lines: ['three'] })
    expect(events).toMatchObject([{ kind: 'damage', reason: 'bad_frame' }])
    expect(second.facts().damagedBytes).toBe(24 + 3)
  })

  test('forgets segments that hold nothing but damage, so that a drain comes to its end', async () => {
    const first = await open({ segmentBytes: 1 })
    for (const line of ['one', 'two', 'three']) {
      first.append(line)
      await first.written()
    }
    await leaveDead(first)
    const names = (await readdir(directory)).filter((one) => one.endsWith('.seg')).sort()
    for (const name of names.slice(1)) await writeFile(join(directory, name), 'not a frame')
    const second = await open()
    expect(second.lastSequence).toBe(1)
    expect(await readAll(second, 1, 10)).toEqual(['one'])
  })

  test('shares one sync among all who wait in the same turn, and a durable line is written', async () => {
    const spool = await open()
    const waits = numbered(50).map((line) => {
      spool.append(line)
      return spool.durable()
    })
    expect(new Set(waits).size).toBe(1)
    await Promise.all(waits)
    spool.append('later')
    const later = spool.durable()
    expect(waits).not.toContain(later)
    await later
  })

  test('belongs to one process: opened twice, the second gets nothing', async () => {
    await open()
    await expect(open()).rejects.toThrow('locked')
  })

  test('removes its directory when it is closed with nothing left, and only then', async () => {
    const spool = await open()
    spool.append('x')
    await spool.close()
    expect((await readdir(directory)).filter((name) => name.endsWith('.seg'))).toHaveLength(1)
    const again = await open()
    await again.trimTo(1)
    await again.close()
    await expect(readdir(directory)).rejects.toThrow('ENOENT')
  })

  test('refuses a line that holds a line feed', async () => {
    const spool = await open()
    expect(() => spool.append('a\nb')).toThrow(TypeError)
  })
})

describe('a disk below its watermark', () => {
  test('mode refuse: no new work, but what runs is still written', async () => {
    const spool = await open({ diskLevel: () => 'full' })
    expect(spool.isFull()).toBe(true)
    expect(spool.offer('settled')).toBe(1)
    await spool.written()
    expect(spool.facts().diskLevel).toBe('full')
  })

  test.each(['drop', 'refuse'] as const)(
    'in the mode %s tells whoever depends on a line that the disk did not take it, until it does',
    async (fullMode) => {
      const spool = await open({ fullMode, retryMs: 10 })
      await rm(directory, { recursive: true })
      spool.append('a spend')
      const written = spool.written().then(
        () => 'drop',
        () => 'refuse',
      )
      await expect(spool.taken()).rejects.toMatchObject({ code: 'journal_full' })
      expect(await written).toBe(fullMode)
      await expect(spool.taken()).rejects.toMatchObject({ code: 'journal_full' })
      await mkdir(directory)
      await expect.poll(() => events.at(-1)?.kind).toBe('write_recovered')
      await spool.taken()
    },
  )

  test('mode drop: ordinary lines are counted away, others are kept', async () => {
    const spool = await open({ diskLevel: () => 'full', fullMode: 'drop' })
    expect(spool.isFull()).toBe(false)
    expect(spool.offer('ordinary')).toBeUndefined()
    expect(spool.append('must keep')).toBe(1)
    await spool.durable()
    expect(spool.facts()).toMatchObject({ droppedLines: 1, diskLevel: 'full', lastSequence: 1 })
  })

  test('the warning alone changes nothing', async () => {
    const spool = await open({ diskLevel: () => 'warn', fullMode: 'drop' })
    expect(spool.isFull()).toBe(false)
    expect(spool.offer('ordinary')).toBe(1)
    expect(spool.facts().diskLevel).toBe('warn')
  })
})
