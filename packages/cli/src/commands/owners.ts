/** `claviger owners` and `claviger apps decommission`: the end of everything that somebody owns, or of one app. */
import type { Command } from 'commander'
import type { CommandContext } from '../context.ts'
import { runOrder, type OrderOptions } from '../orders.ts'

export function ownersCommand(program: Command, context: CommandContext): void {
  const command = program.command('owners').description('Persons and teams that apps and keys belong to.')
  ending(command, 'decommission <owner>', 'End all apps and keys of an owner. Shows them first.').action(
    async (owner: string, options: OrderOptions) =>
      runOrder(context, options, {
        preview: 'previewOwnerDecommission',
        order: 'decommissionOwner',
        body: { owner },
      }),
  )
}

export function addDecommission(command: Command, context: CommandContext): void {
  ending(command, 'decommission <id>', 'End an app and all its keys for good. Shows them first.').action(
    async (id: string, options: OrderOptions) =>
      runOrder(context, options, {
        preview: 'previewAppDecommission',
        order: 'decommissionApp',
        params: { id },
        body: {},
      }),
  )
}

function ending(command: Command, verb: string, description: string): Command {
  return command
    .command(verb)
    .description(description)
    .option('--reason <text>', 'for the audit log')
    .option('--confirm <digest>', 'what the preview printed: do it')
    .option('--yes', 'preview and end in one go')
    .option('--json', 'print JSON')
}
