/** `claviger roles` */
import type { Command } from 'commander'
import type { CommandContext } from '../context.ts'
import { showOne, type OutputOptions } from '../output.ts'
import { collect, listOrNone } from '../parse-options.ts'
import { callNamed, given, resourceCommand } from '../resource.ts'

interface RoleOptions extends OutputOptions {
  readonly name?: string
  readonly description?: string
  readonly scope?: readonly string[]
}

export function rolesCommand(program: Command, context: CommandContext): void {
  const command = resourceCommand(program, context, {
    name: 'roles',
    what: 'Named sets of scopes that keys are given together.',
    columns: ['id', 'name', 'scopes', 'updated_at'],
    list: 'listRoles',
    show: 'getRole',
    remove: 'deleteRole',
  })
  command
    .command('create')
    .description('Make a role for keys.')
    .requiredOption('--name <name>', 'its name')
    .option('--scope <scope>', 'a scope or pattern, of any api (repeatable)', collect)
    .option('--description <text>', 'what it is for')
    .option('--json', 'print JSON')
    .action(async (options: RoleOptions) =>
      showOne(context, options, await callNamed(context, 'createRole', { body: body(options) })),
    )
  command
    .command('update <id>')
    .description('Change a role, for all keys that hold it, at once.')
    .option('--name <name>', 'its name')
    .option('--scope <scope>', 'the whole new list of scopes (repeatable); none: no scopes', collect)
    .option('--description <text>', 'what it is for')
    .option('--json', 'print JSON')
    .action(async (id: string, options: RoleOptions) =>
      showOne(context, options, await callNamed(context, 'updateRole', { params: { id }, body: body(options) })),
    )
}

const body = ({ name, description, scope }: RoleOptions): object =>
  given({ name, description, scopes: listOrNone(scope) })
