/**
 * Writes the clients' part of the contract from openapi/claviger.json: for the SDK the types of all operations, and where
 * each is found; for `claviger apply` what creations and changes take.
 * Runs after tools/openapi.ts; with `--check` it changes nothing and fails when the files are not in step.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import openapiTypescript, { astToString } from 'openapi-typescript'

const source = new URL('../openapi/claviger.json', import.meta.url)
const root = new URL('../', import.meta.url)
const HEADER = '// Written by `npm run openapi` from openapi/claviger.json. Do not edit.\n'
const METHODS = ['get', 'post', 'patch', 'delete'] as const

interface Operation {
  readonly operationId: string
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: unknown }>> }
}

interface Described {
  readonly paths: Readonly<Record<string, Readonly<Partial<Record<(typeof METHODS)[number], Operation>>>>>
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> }
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
  ['packages/sdk/src/generated/schema.ts', `${HEADER}${astToString(await openapiTypescript(source))}`],
  [
    'packages/sdk/src/generated/operations.ts',
    `${HEADER}import type { operations } from './schema.ts'\n\n/** Method and path template of every operation. */\nexport const OPERATIONS = {\n${operations.join('\n')}\n} as const satisfies Record<keyof operations, { readonly method: string; readonly path: string }>\n`,
  ],
  [
    'packages/cli/src/generated/bodies.ts',
    `${HEADER}import type { Schema } from '../apply/json-schema.ts'\n\n/** What each creation and each change takes. */\nexport const BODIES: Readonly<Record<string, Schema>> = ${asCode(bodies())}\n\n/** What they refer to. */\nexport const SCHEMAS: Readonly<Record<string, Schema>> = ${asCode(referredTo(bodies()))}\n`,
  ],
])

for (const [name, text] of files) {
  const file = fileURLToPath(new URL(name, root))
  mkdirSync(dirname(file), { recursive: true })
  if (text === textOf(file)) continue
  if (process.argv.includes('--check')) {
    process.stderr.write(`${name} is not in step with openapi/claviger.json: run npm run openapi\n`)
    process.exitCode = 1
  } else {
    writeFileSync(file, text)
    process.stdout.write(`wrote ${name}\n`)
  }
}

/** By operation, in the order of the document. */
function bodies(): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.values(document.paths)
      .flatMap((item) => METHODS.flatMap((method) => item[method] ?? []))
      .flatMap(({ operationId, requestBody }) =>
        requestBody !== undefined && /^(create|update)/.test(operationId)
          ? [[operationId, requestBody.content['application/json']?.schema]]
          : [],
      ),
  )
}

/** All schemas that are referred to, and those that these refer to. */
function referredTo(schemas: unknown): Readonly<Record<string, unknown>> {
  const found = new Map<string, unknown>()
  const look = (schema: unknown): void => {
    for (const [, name] of JSON.stringify(schema).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)) {
      if (name === undefined || found.has(name)) continue
      found.set(name, document.components.schemas[name])
      look(document.components.schemas[name])
    }
  }
  look(schemas)
  return Object.fromEntries(found)
}

/** Without what is only for readers; examples stay where a form has to be explained. */
function asCode(schemas: unknown): string {
  return JSON.stringify(
    schemas,
    (key: string, value: unknown) => {
      if ((key === 'description' && typeof value === 'string') || key === 'writeOnly') return undefined
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
      if (!('example' in value) || ('pattern' in value && typeof value.pattern === 'string')) return value
      const { example: _example, ...rest } = value
      return rest
    },
    1,
  )
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
