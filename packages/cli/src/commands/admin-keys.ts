/** `claviger admin-keys`: the credentials of operators, as far as the control API makes them. */
import type { Command } from 'commander'
import type { CommandContext } from '../context.ts'
import { showOne, type OutputOptions } from '../output.ts'
import { collect, instant } from '../parse-options.ts'
import { callNamed, given, resourceCommand } from '../resource.ts'

interface AdminKeyOptions extends OutputOptions {
  readonly name: string
  readonly role: string
  readonly api?: readonly string[]
  readonly scope?: readonly string[]
  readonly expires?: string
}

export function adminKeysCommand(program: Command, context: CommandContext): void {
  const command = resourceCommand(program, context, {
    name: 'admin-keys',
    what: 'Credentials of operators. One never does, grants or outlives more than the one that makes it.',
    columns: ['id', 'name', 'role', 'api_ids', 'scopes', 'expires_at', 'revoked_at'],
    list: 'listAdminKeys',
    show: 'getAdminKey',
  })
  command
    .command('create')
    .description('Make an admin key; its secret is printed this once.')
    .requiredOption('--name <name>', 'whose it is')
    .requiredOption('--role <role>', 'owner, operator, auditor or verifier')
    .option('--api <id>', 'may verify and grant keys of this api only (repeatable)', collect)
    .option('--scope <scope>', 'may grant this scope only (repeatable)', collect)
    .option('--expires <when>', 'an instant or a duration such as 90d')
    .option('--json', 'print JSON')
    .action(async (options: AdminKeyOptions) => {
      const body = given({
        name: options.name,
        role: options.role,
        api_ids: options.api,
        scopes: options.scope,
        expires_at: options.expires === undefined ? undefined : instant(options.expires, Date.now()),
      })
      showOne(context, options, await callNamed(context, 'createAdminKey', { body }))
    })
  command
    .command('revoke <id>')
    .description('End an admin key at once.')
    .option('--json', 'print JSON')
    .action(async (id: string, options: OutputOptions) =>
      showOne(context, options, await callNamed(context, 'revokeAdminKey', { params: { id } })),
    )
}
