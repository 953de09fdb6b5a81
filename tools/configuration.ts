/** Writes docs/guide/configuration.md from the table of variables. */
import { writeFileSync } from 'node:fs'
import { configurationPage } from '../packages/server/src/config/configuration-page.ts'

writeFileSync(new URL('../docs/guide/configuration.md', import.meta.url), configurationPage())
