import { expect, test } from 'vitest'
import { limit } from './parse-limits.ts'
import { nameImport } from './name-import.ts'
import { readImport, type ImportFormat } from './read-import.ts'

async function* linesOf(texts: readonly string[]): AsyncGenerator<string, void, undefined> {
  yield* texts
}

async function itemsOf(texts: readonly string[], format: ImportFormat = 'jsonl') {
  let asked = 0
  const items: unknown[] = []
  const lines = nameImport(readImport(linesOf(texts), format), async () => {
    asked += 1
    return new Map([['silver', 'pln_1']])
  })
  for await (const { item } of lines) items.push(item)
  return { items, asked }
}

test('plans are known by their names, and asked for once', async () => {
  const lines = [{ plan: 'silver' }, { plan: null }, { plan: 'gold' }, { plan_id: 'pln_2' }]
  expect(await itemsOf(lines.map((line) => JSON.stringify(line)))).toEqual({
    items: [{ plan_id: 'pln_1' }, { plan_id: null }, 'There is no plan named gold.', { plan_id: 'pln_2' }],
    asked: 1,
  })
})

test('limits may be written in short', async () => {
  const whole = { kind: 'concurrency', name: 'own', limit: 2 }
  const lines = [{ limits: ['5/60s', whole] }, { limits: ['lots'] }, { name: 'x' }]
  expect(await itemsOf(lines.map((line) => JSON.stringify(line)))).toEqual({
    items: [{ limits: [limit('5/60s'), whole] }, expect.stringContaining('lots is not a limit'), { name: 'x' }],
    asked: 0,
  })
})

test('a CSV has both as columns', async () => {
  expect((await itemsOf(['hash,plan,limits', 'a,silver,5/60s 2/once', 'b,,'], 'csv')).items).toEqual([
    { hash: 'a', plan_id: 'pln_1', limits: [limit('5/60s'), limit('2/once')] },
    { hash: 'b' },
  ])
})
