/**
 * Writes the SDK's part of the contract from openapi/claviger.json: the types of all operations, and where each is found.
 * Runs after tools/openapi.ts; with `--check` it changes nothing and fails when the files are not in step.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import openapiTypescript, { astToString } from 'openapi-typescript'

const source = new URL('../openapi/claviger.json', import.meta.url)
const folder = new URL('../packages/sdk/src/generated/', import.meta.url)
const HEADER = '// Written by `npm run openapi` from openapi/claviger.json. Do not edit.\n'
const METHODS = ['get', 'post', 'patch', 'delete'] as const

interface Described {
  readonly paths: Readonly<
    Record<string, Readonly<Partial<Record<(typeof METHODS)[number], { readonly operationId: string }>>>>
  >
}

/** The document is our own, written by the tool before this one. */
const document = JSON.parse(readFileSync(source, 'utf8')) as Described

const operations = Object.entries(document.paths)
  .flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const operation = item[method]
      return operation === undefined
        ? []
        : [`  ${operation.operationId}: { method: '${method.toUpperCase()}', path: '${path}' },`]
    }),
  )
  .toSorted()

const files = new Map([
  ['schema.ts', `${HEADER}${astToString(await openapiTypescript(source))}`],
  [
    'operations.ts',
    `${HEADER}import type { operations } from './schema.ts'\n\n/** Method and path template of every operation. */\nexport const OPERATIONS = {\n${operations.join('\n')}\n} as const satisfies Record<keyof operations, { readonly method: string; readonly path: string }>\n`,
  ],
])

mkdirSync(fileURLToPath(folder), { recursive: true })
for (const [name, text] of files) {
  const file = fileURLToPath(new URL(name, folder))
  if (text === textOf(file)) continue
  if (process.argv.includes('--check')) {
    process.stderr.write(
      `packages/sdk/src/generated/${name} is not in step with openapi/claviger.json: run npm run openapi\n`,
    )
    process.exitCode = 1
  } else {
    writeFileSync(file, text)
    process.stdout.write(`wrote packages/sdk/src/generated/${name}\n`)
  }
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
