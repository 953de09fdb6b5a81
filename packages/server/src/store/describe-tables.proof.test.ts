import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { describeTables } from './describe-tables.ts'
import { openTestStore } from './testing.ts'

test('tables.ts is in step with the migrations; if not: npm run tables', async () => {
  const store = await openTestStore()
  const text = await describeTables(store)
  await store.dispose()
  expect(readFileSync(new URL('./tables.ts', import.meta.url), 'utf8')).toBe(text)
})
