/** The one version of everything in this house. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const manifest: unknown = JSON.parse(readFileSync(fileURLToPath(new URL('../package.json', import.meta.url)), 'utf8'))

export const VERSION: string =
  typeof manifest === 'object' && manifest !== null && 'version' in manifest ? String(manifest.version) : 'unknown'
