import { Command } from 'commander'
import { expect, test } from 'vitest'
import type { CommandContext } from '../context.ts'
import { run } from '../main.ts'
import { COMMANDS } from './index.ts'

/** Nothing of it may be touched: help needs no server. */
function silentContext(print: (text: string) => void): CommandContext {
  const refuse = (): never => {
    throw new Error('help touches nothing')
  }
  return {
    env: {},
    stdout: { write: print },
    stderr: { write: print },
    isTerminal: false,
    readInput: refuse,
    readFile: refuse,
    openLines: refuse,
    createFile: refuse,
    createSecretsFile: refuse,
    client: refuse,
    admin: refuse,
  }
}

/** Each command and each of its verbs, as typed; those of the machine are told by the server's own entry. */
function wordsOf(command: Command, before: readonly string[] = []): readonly (readonly string[])[] {
  return command.commands.flatMap((child) => {
    const words = [...before, child.name()]
    return [words, ...wordsOf(child, words)]
  })
}

test('every command and every verb has a help text', async () => {
  const program = new Command('claviger')
  for (const register of COMMANDS)
    register(
      program,
      silentContext(() => undefined),
    )
  const machine = new Set([
    'admin',
    'config',
    'doctor',
    'migrate',
    'backup',
    'restore',
    'seal',
    'keyring',
    'pepper',
    'identity-key',
  ])
  const all = wordsOf(program).filter(([first = '']) => !machine.has(first))
  expect(all.length).toBeGreaterThan(60)
  for (const words of all) {
    let printed = ''
    const code = await run(
      [...words, '--help'],
      silentContext((text) => (printed += text)),
    )
    expect({ words, code, printed }).toMatchObject({ code: 0, printed: expect.stringMatching(/^Usage: [^\n]+\n\n\S/) })
  }
})
