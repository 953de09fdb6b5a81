/** `claviger apps` */
import type { Command } from 'commander'
import type { CommandContext } from '../context.ts'
import { showOne, type OutputOptions } from '../output.ts'
import { LIMIT_FORMS, limits } from '../parse-limits.ts'
import { collect } from '../parse-options.ts'
import { callNamed, given, resourceCommand } from '../resource.ts'
import { addDecommission } from './owners.ts'

interface AppOptions extends OutputOptions {
  readonly name?: string
  readonly owner?: string
  readonly description?: string
  readonly limit?: readonly string[]
  readonly plan?: string
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
    .option('--limit <limit>', `of all its keys together (repeatable): ${LIMIT_FORMS}`, collect)
    .option('--plan <id>', 'the plan of its keys that have none of their own')
    .option('--json', 'print JSON')
    .action(async (options: AppOptions) => {
      showOne(context, options, await callNamed(context, 'createApp', { body: given(members(options)) }))
    })
  command
    .command('update <id>')
    .description('Change an app; a disabled one has no working key.')
    .option('--name <name>', 'its name')
    .option('--owner <owner>', 'whom to ask about it')
    .option('--description <text>', 'more words')
    .option('--limit <limit>', 'the whole new list of limits (repeatable); none: no limits', collect)
    .option('--plan <id>', 'the plan of its keys that have none of their own; none: no plan')
    .option('--disable', 'refuse all its keys and cut its open streams')
    .option('--enable', 'take them again')
    .option('--json', 'print JSON')
    .action(async (id: string, options: AppOptions) => {
      const disabled = options.disable === true ? true : options.enable === true ? false : undefined
      showOne(
        context,
        options,
        await callNamed(context, 'updateApp', { params: { id }, body: given({ ...members(options), disabled }) }),
      )
    })
}

const members = ({ name, owner, description, limit, plan }: AppOptions) => ({
  name,
  owner,
  description,
  limits: limits(limit),
  plan_id: plan === 'none' ? null : plan,
})
