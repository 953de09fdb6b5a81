/** `claviger shield`: who is told to wait after too many failures, and the end of it. */
import type { Command } from 'commander'
import type { CommandContext } from '../context.ts'
import { showMany, showOne, type OutputOptions } from '../output.ts'
import { callNamed, given, listAll } from '../resource.ts'

interface ListOptions extends OutputOptions {
  readonly limit: string
  readonly kind?: string
  readonly subject?: string
}

const COLUMNS = ['kind', 'subject', 'key_id', 'node_id', 'here', 'since', 'until', 'failures']

export function shieldCommand(program: Command, context: CommandContext): void {
  const command = program.command('shield').description('Who is told to wait after too many failures.')
  command
    .command('list')
    .description('Blocked addresses, keys and prefixes.')
    .option('--kind <kind>', 'only these: address, key or prefix')
    .option('--subject <text>', 'only of this address, public id or prefix')
    .option('--limit <n>', 'at most so many', '100')
    .option('--json', 'print JSON')
    .action(async (options: ListOptions) => {
      const { kind, subject, limit } = options
      const items = await listAll(context, 'listShieldBlocks', given({ kind, subject }), { limit: Number(limit) })
      showMany(context, options, items, COLUMNS)
    })
  command
    .command('lift <kind> <subject>')
    .description('End a block in every process: address 203.0.113.7, key <public id>, prefix acme.')
    .option('--json', 'print JSON')
    .action(async (kind: string, subject: string, options: OutputOptions) =>
      showOne(context, options, await callNamed(context, 'liftShieldBlock', { body: { kind, subject } })),
    )
}
