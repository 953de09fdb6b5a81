import { describe, expect, test } from 'vitest'
import { UnreadableRow } from '#store'
import { PartRegistry } from './part-registry.ts'

interface Part {
  readonly text: string
}

/** A database that answers when it is told to. */
function slowTable() {
  const waiting: { resolve: (part: Part | undefined) => void; reject: (error: Error) => void }[] = []
  const load = async (): Promise<Part | undefined> =>
    new Promise((resolve, reject) => waiting.push({ resolve, reject }))
  return { load, waiting }
}

const settled = async (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('PartRegistry', () => {
  test('two that ask at once share one read', async () => {
    const { load, waiting } = slowTable()
    const registry = new PartRegistry<Part>(load, () => 0)
    const both = Promise.all([registry.get('a'), registry.get('a')])
    expect(waiting).toHaveLength(1)
    waiting[0]?.resolve({ text: 'one' })
    const [first, second] = await both
    expect(first).toBe(second)
  })

  test('a first read that a change overtook is done again', async () => {
    const { load, waiting } = slowTable()
    const registry = new PartRegistry<Part>(load, () => 0)
    const asked = registry.get('a')
    await registry.refresh('a')
    waiting[0]?.resolve({ text: 'before the change' })
    await settled()
    waiting[1]?.resolve({ text: 'after the change' })
    expect((await asked)?.current.text).toBe('after the change')
  })

  test('a refresh replaces the part inside the holder that keys already point at', async () => {
    const texts = ['one', 'two']
    const registry = new PartRegistry<Part>(
      async () => ({ text: texts.shift() ?? 'none' }),
      () => 0,
    )
    const holder = await registry.get('a')
    await registry.refresh('a')
    expect(holder?.current.text).toBe('two')
  })

  test('of two refreshes that cross, the later one wins', async () => {
    const { load, waiting } = slowTable()
    const registry = new PartRegistry<Part>(load, () => 0)
    const asked = registry.get('a')
    waiting[0]?.resolve({ text: 'zero' })
    const holder = await asked
    const first = registry.refresh('a')
    const second = registry.refresh('a')
    waiting[2]?.resolve({ text: 'two' })
    await second
    waiting[1]?.resolve({ text: 'one' })
    await first
    expect(holder?.current.text).toBe('two')
    expect(registry.staleForMs()).toBe(0)
  })

  test('what cannot be read again is told as stale until it can', async () => {
    let nowMs = 0
    const { load, waiting } = slowTable()
    const registry = new PartRegistry<Part>(load, () => nowMs)
    const asked = registry.get('a')
    waiting[0]?.resolve({ text: 'zero' })
    const holder = await asked
    const failing = registry.refresh('a')
    waiting[1]?.reject(new Error('connection lost'))
    await failing
    nowMs = 3_000
    expect(registry.staleForMs()).toBe(3_000)
    const again = registry.retry()
    waiting[2]?.resolve({ text: 'one' })
    await again
    expect(registry.staleForMs()).toBe(0)
    expect(holder?.current.text).toBe('one')
  })

  test.each([
    { what: 'is gone', next: async () => undefined },
    {
      what: 'cannot be understood',
      next: async () => {
        throw new UnreadableRow('nonsense')
      },
    },
  ])('a part that $what lets nothing through, is not stale, and opens in place when it is back', async ({ next }) => {
    let load: () => Promise<Part | undefined> = async () => ({ text: 'open' })
    let closings = 0
    const registry = new PartRegistry<Part>(
      async () => load(),
      () => 0,
      { closed: () => ({ text: 'closed' }), onClosed: () => void closings++ },
    )
    const holder = await registry.get('a')
    load = next
    await registry.refresh('a')
    expect({ text: holder?.current.text, closings, stale: registry.size.stale }).toEqual({
      text: 'closed',
      closings: 1,
      stale: 0,
    })
    expect(await registry.get('a').catch(() => undefined)).toBeUndefined()
    load = async () => ({ text: 'mended' })
    expect(await registry.get('a')).toBe(holder)
    expect(holder?.current.text).toBe('mended')
  })

  test('keeps no note of what was read again, and reads a few at once', async () => {
    let running = 0
    let most = 0
    const registry = new PartRegistry<Part>(
      async (id) => {
        most = Math.max(most, ++running)
        await settled()
        running--
        return { text: id }
      },
      () => 0,
    )
    for (let id = 0; id < 50; id++) await registry.get(String(id))
    registry.markAll()
    await registry.retry()
    expect(most).toBeGreaterThan(1)
    expect(most).toBeLessThan(10)
    expect(registry.size).toEqual({ held: 50, changes: 0, stale: 0 })
  })
})
