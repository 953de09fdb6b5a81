/** The machine's own door: work without a running API, for whoever may read the data directory and the seal. */
import { parseArgs } from 'node:util'
import { ClavigerError } from '@claviger/core'
import { createLog, StartError } from '#config'
import { ADMIN_COMMANDS } from './admin/commands.ts'
import { configOf } from './installation.ts'
import { startFailureOf } from './start-failure.ts'

const USAGE = 2

async function main(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      role: { type: 'string' },
      name: { type: 'string' },
      file: { type: 'string', short: 'f' },
      json: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  })
  const words = positionals.join(' ')
  const command = ADMIN_COMMANDS.find((candidate) => candidate.words === words)
  if (values.help === true || command === undefined) {
    const shown = command === undefined ? ADMIN_COMMANDS : [command]
    for (const each of shown) process.stdout.write(`claviger ${each.words.padEnd(18)} ${each.what}\n`)
    return values.help === true ? 0 : USAGE
  }
  const config = configOf(process.env)
  const log = createLog({ ...config, logLevel: 'silent' })
  const call = { config, log, env: process.env, options: { role: values.role, name: values.name, file: values.file } }
  const { answer, failed } = await command.run(call).catch(async (error: unknown) => {
    throw await startFailureOf(error, config)
  })
  process.stdout.write(values.json === true ? `${JSON.stringify(answer, null, 2)}\n` : lines(answer))
  return failed === true ? 1 : 0
}

function lines(answer: object): string {
  return Object.entries(answer)
    .map(([name, value]) =>
      Array.isArray(value) ? value.map((item: unknown) => `${inline(item)}\n`).join('') : `${name}: ${inline(value)}\n`,
    )
    .join('')
}

function inline(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value)
  return Object.entries(value)
    .map(([name, member]) => `${name}=${typeof member === 'string' ? member : JSON.stringify(member)}`)
    .join('  ')
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  const known = error instanceof StartError || error instanceof ClavigerError
  const message = error instanceof Error ? error.message : String(error)
  process.stderr.write(
    `claviger: ${known || message.startsWith('Unknown option') ? message : error instanceof Error ? error.stack : message}\n`,
  )
  process.exitCode = message.startsWith('Unknown option') ? USAGE : 1
}
