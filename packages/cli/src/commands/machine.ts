/** Work on the machine itself, without a running API: all of it is done by the server's second entry. */
import type { Command } from 'commander'
import type { CommandContext } from '../context.ts'

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
  { words: ['seal', 'status'], what: 'Tell the seal, the current keys and how often they were used.' },
  { words: ['seal', 'stage'], what: 'Make a new seal key, for a later start.' },
  { words: ['keyring', 'rotate'], what: 'Make a new keyring term and rewrap all keys under it.' },
  { words: ['pepper', 'rotate'], what: 'Make a new pepper; hashes move to it as keys are used.' },
  { words: ['identity-key', 'rotate'], what: 'Sign identity tokens under the key that is published as the next one.' },
]

/** Lists the verbs in the help; they are run by `runMachineVerb`, before the command line is parsed. */
export function machineCommands(program: Command): void {
  for (const { words, what } of VERBS) {
    let parent = program
    for (const [index, word] of words.entries()) {
      const command = parent.commands.find((child) => child.name() === word) ?? parent.command(word)
      command.description(index === words.length - 1 ? what : 'Work on the machine itself.')
      parent = command
    }
  }
}

/**
 * Runs a verb of the machine, with all that follows it handed on as it stands.
 *
 * @returns the exit code; undefined when these arguments are another command
 */
export async function runMachineVerb(args: readonly string[], context: CommandContext): Promise<number | undefined> {
  const isVerb = VERBS.some(({ words }) => words.every((word, index) => args[index] === word))
  return isVerb ? context.admin(args) : undefined
}
