/** Work on the machine itself, without a running API: all of it is done by the server's second entry. */
import type { Command } from 'commander'
import { NegativeAnswer, type CommandContext } from '../context.ts'

interface Verb {
  readonly words: readonly string[]
  readonly what: string
}

/** What follows the words is handed on as it is; `--help` too, for the entry knows its options best. */
const VERBS: readonly Verb[] = [
  { words: ['admin', 'create-key'], what: 'Make an admin key: for automation and for lock-outs.' },
  { words: ['admin', 'setup-link'], what: 'Make a new one-time set-up link.' },
  { words: ['config'], what: 'List all settings with their values and defaults.' },
  { words: ['doctor'], what: 'Check every key, and open a sample of every kind of ciphertext.' },
  { words: ['migrate'], what: 'Bring the database to the schema of this version.' },
  { words: ['backup'], what: 'Write a backup of the whole installation to a file.' },
  { words: ['restore'], what: 'Restore a backup into an empty installation.' },
  { words: ['keyring', 'rotate'], what: 'Make a new keyring term and rewrap all keys under it.' },
  { words: ['pepper', 'rotate'], what: 'Make a new pepper; hashes move to it as keys are used.' },
]

export function machineCommands(program: Command, context: CommandContext): void {
  for (const { words, what } of VERBS) {
    let parent = program
    for (const [index, word] of words.entries()) {
      const last = index === words.length - 1
      const existing = parent.commands.find((child) => child.name() === word)
      const command = existing ?? parent.command(word)
      if (!last && existing === undefined)
        command.description('Work on the machine itself, with access to its data directory or DATABASE_URL.')
      if (last) {
        command
          .description(what)
          .allowUnknownOption()
          .allowExcessArguments()
          .helpOption(false)
          .action(async () => {
            const code = await context.admin([...words, ...command.args])
            if (code !== 0) throw new NegativeAnswer()
          })
      }
      parent = command
    }
  }
}
