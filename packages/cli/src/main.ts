/** `claviger`: the control API and the machine's own door on the command line. */
import { createWriteStream } from 'node:fs'
import { open, readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { ApiError, UnreachableError, createClient } from '@claviger/sdk'
import { Command, CommanderError } from 'commander'
import { COMMANDS } from './commands/index.ts'
import { runMachineVerb } from './commands/machine.ts'
import { EXIT, NegativeAnswer, UsageError, type CommandContext } from './context.ts'
import { runAdmin } from './machine.ts'
import { createSecretsFile } from './secrets-file.ts'

const DEFAULT_URL = 'http://127.0.0.1:7300'

export function contextOf(env: Readonly<Record<string, string | undefined>>): CommandContext {
  return {
    env,
    stdout: process.stdout,
    stderr: process.stderr,
    isTerminal: process.stderr.isTTY,
    readInput: async () => text(process.stdin),
    readFile: async (path) => readFile(path, 'utf8'),
    async openLines(path) {
      if (path === '-') return { lines: linesOf(() => process.stdin), bytes: undefined }
      const file = await open(path)
      return { lines: linesOf(() => file.createReadStream()), bytes: (await file.stat()).size }
    },
    async createFile(path) {
      const file = createWriteStream(path, { mode: 0o600 })
      await new Promise<void>((opened, failed) => file.once('open', () => opened()).once('error', failed))
      return {
        write: (line) => void file.write(line),
        close: async () => new Promise<void>((closed) => file.end(() => closed())),
      }
    },
    createSecretsFile,
    client() {
      const credential = env['CLAVIGER_TOKEN']
      if (credential === undefined || credential === '') {
        throw new UsageError(
          'CLAVIGER_TOKEN is not set. Make an admin key on the server: claviger admin create-key --role owner',
        )
      }
      return createClient({ url: env['CLAVIGER_URL'] ?? DEFAULT_URL, credential })
    },
    admin: async (args) => runAdmin(args, env),
  }
}

/** Begins to read when the first line is asked for: lines that come before anybody listens would be lost. */
async function* linesOf(openInput: () => NodeJS.ReadableStream): AsyncGenerator<string, void, undefined> {
  yield* createInterface({ input: openInput(), crlfDelay: Infinity })
}

/** @returns the exit code */
export async function run(args: readonly string[], context: CommandContext): Promise<number> {
  const machine = await runMachineVerb(args, context)
  if (machine !== undefined) return machine
  const program = new Command('claviger')
    .description('Controls every token an organisation issues or holds.')
    .exitOverride()
    .configureOutput({ writeOut: (line) => context.stdout.write(line), writeErr: (line) => context.stderr.write(line) })
    .showHelpAfterError('(--help shows what there is)')
  for (const register of COMMANDS) register(program, context)
  inheritSettings(program)
  try {
    await program.parseAsync([...args], { from: 'user' })
    return EXIT.done
  } catch (error) {
    return explain(error, context)
  }
}

/** Sub-commands throw instead of leaving the process, like the program itself. */
function inheritSettings(command: Command): void {
  for (const child of command.commands) {
    child.copyInheritedSettings(command)
    inheritSettings(child)
  }
}

function explain(error: unknown, context: CommandContext): number {
  const say = (line: string): void => context.stderr.write(`claviger: ${line}\n`)
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage
  if (error instanceof NegativeAnswer) {
    if (error.message !== '') say(error.message)
    return EXIT.refused
  }
  if (error instanceof UsageError) {
    say(error.message)
    return EXIT.usage
  }
  if (error instanceof ApiError) {
    say(`${error.message} (${error.code}${error.requestId === undefined ? '' : `, ${error.requestId}`})`)
    for (const problem of error.errors) say(`  ${problem.pointer}: ${problem.detail}`)
    return EXIT.refused
  }
  if (error instanceof UnreachableError) {
    say(`${error.message} Is the server running there? CLAVIGER_URL says where to look.`)
    return EXIT.unreachable
  }
  say(error instanceof Error ? error.message : String(error))
  return EXIT.refused
}

if (import.meta.main) process.exitCode = await run(process.argv.slice(2), contextOf(process.env))
