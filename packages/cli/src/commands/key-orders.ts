/** `claviger keys bulk-revoke` and `claviger key-orders`: many keys at once. */
import type { Command } from 'commander'
import { UsageError, type CommandContext } from '../context.ts'
import { runOrder, type OrderOptions } from '../orders.ts'
import { days, durationSeconds, instant } from '../parse-options.ts'
import { given, resourceCommand } from '../resource.ts'

interface BulkOptions extends OrderOptions {
  readonly app?: string
  readonly api?: string
  readonly role?: string
  readonly env?: string
  readonly prefix?: string
  readonly owner?: string
  readonly tag?: string
  readonly createdBy?: string
  readonly createdBefore?: string
  readonly unusedFor?: string
  readonly ipSeen?: string
  readonly within?: string
}

export function addBulkRevoke(command: Command, context: CommandContext): void {
  command
    .command('bulk-revoke')
    .description('End all keys that a filter means. Shows them first; give the digest that it prints to do it.')
    .option('--app <id>', 'keys of this app')
    .option('--api <id>', 'keys for this api')
    .option('--role <id>', 'keys that hold this role')
    .option('--env <name>', 'keys of this environment')
    .option('--prefix <prefix>', 'keys that begin with this prefix')
    .option('--owner <owner>', 'keys of this person or team')
    .option('--tag <tag>', 'keys with this tag')
    .option('--created-by <id>', 'keys that this admin key made')
    .option('--created-before <when>', 'keys that are older than this instant')
    .option('--unused-for <duration>', 'keys that nobody used for so long: 90d')
    .option('--ip-seen <range>', 'keys that were presented from this address or range')
    .option('--within <duration>', 'seen there within so long: 7d')
    .option('--reason <text>', 'for the audit log')
    .option('--confirm <digest>', 'what the preview printed: end exactly those keys')
    .option('--yes', 'preview and end in one go')
    .option('--json', 'print JSON')
    .action(async (options: BulkOptions) =>
      runOrder(context, options, {
        preview: 'previewKeyRevocation',
        order: 'revokeKeys',
        body: { filter: filterOf(options) },
      }),
    )
}

export function keyOrdersCommand(program: Command, context: CommandContext): void {
  resourceCommand(program, context, {
    name: 'key-orders',
    what: 'Orders that ended many keys at once: how far they are.',
    columns: ['id', 'kind', 'state', 'keys_total', 'keys_revoked', 'created_by', 'created_at', 'finished_at'],
    list: 'listKeyOrders',
    show: 'getKeyOrder',
  })
}

function filterOf(options: BulkOptions): object {
  const { createdBefore, unusedFor, ipSeen, within } = options
  if (within !== undefined && ipSeen === undefined) throw new UsageError('--within says when for --ip-seen.')
  return given({
    app_id: options.app,
    api_id: options.api,
    role_id: options.role,
    environment: options.env,
    prefix: options.prefix,
    owner: options.owner,
    tag: options.tag,
    created_by: options.createdBy,
    created_before: createdBefore === undefined ? undefined : instant(createdBefore, Date.now()),
    unused_since: unusedFor === undefined ? undefined : ago(unusedFor),
    ip_seen:
      ipSeen === undefined
        ? undefined
        : given({ range: ipSeen, within_days: within === undefined ? undefined : days(within) }),
  })
}

/** An instant so long before now. */
function ago(duration: string): string {
  return new Date(Date.now() - durationSeconds(duration) * 1000).toISOString()
}
