import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { configurationPage } from './configuration-page.ts'

test('docs/guide/configuration.md is in step with the table; if not: node --conditions=@claviger/source tools/configuration.ts', () => {
  expect(readFileSync(new URL('../../../../docs/guide/configuration.md', import.meta.url), 'utf8')).toBe(
    configurationPage(),
  )
})
