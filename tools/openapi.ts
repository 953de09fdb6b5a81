/**
 * `npm run openapi`: writes openapi/claviger.json from the operations of the server.
 * With `--check` it changes nothing and fails when the file is not in step.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { CONTRACT, openapiDocument } from '../packages/server/src/http/index.ts'
import server from '../packages/server/package.json' with { type: 'json' }

const target = fileURLToPath(new URL('../openapi/claviger.json', import.meta.url))
const text = `${JSON.stringify(openapiDocument(CONTRACT, server.version), null, 2)}\n`

if (text === textOf(target)) {
  process.stdout.write('openapi/claviger.json is in step with the operations\n')
} else if (process.argv.includes('--check')) {
  process.stderr.write('openapi/claviger.json is not in step with the operations: run npm run openapi\n')
  process.exitCode = 1
} else {
  writeFileSync(target, text)
  process.stdout.write('wrote openapi/claviger.json\n')
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
