/** `claviger apps` */
import type { Command } from 'commander'
import type { CommandContext } from '../context.ts'
import { showOne, type OutputOptions } from '../output.ts'
import { callNamed, given, resourceCommand } from '../resource.ts'
import { addDecommission } from './owners.ts'

interface AppOptions extends OutputOptions {
  readonly name?: string
  readonly owner?: string
  readonly description?: string
  readonly disable?: boolean
  readonly enable?: boolean
}

export function appsCommand(program: Command, context: CommandContext): void {
  const command = resourceCommand(program, context, {
    name: 'apps',
    what: 'Consumers: who owns keys.',
    columns: ['id', 'name', 'owner', 'disabled_at', 'decommissioned_at'],
    list: 'listApps',
    show: 'getApp',
    remove: 'deleteApp',
  })
  addDecommission(command, context)
  command
    .command('create')
    .description('Make an app.')
    .requiredOption('--name <name>', 'its name')
    .requiredOption('--owner <owner>', 'whom to ask about it')
    .option('--description <text>', 'more words')
    .option('--json', 'print JSON')
    .action(async (options: AppOptions) => {
      const { name, owner, description } = options
      showOne(context, options, await callNamed(context, 'createApp', { body: given({ name, owner, description }) }))
    })
  command
    .command('update <id>')
    .description('Change an app; a disabled one has no working key.')
    .option('--name <name>', 'its name')
    .option('--owner <owner>', 'whom to ask about it')
    .option('--description <text>', 'more words')
    .option('--disable', 'refuse all its keys and cut its open streams')
    .option('--enable', 'take them again')
    .option('--json', 'print JSON')
    .action(async (id: string, options: AppOptions) => {
      const { name, owner, description } = options
      const disabled = options.disable === true ? true : options.enable === true ? false : undefined
      showOne(
        context,
        options,
        await callNamed(context, 'updateApp', { params: { id }, body: given({ name, owner, description, disabled }) }),
      )
    })
}
