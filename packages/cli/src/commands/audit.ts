/** `claviger audit` and `claviger status`: what happened, and how the server is. */
import type { Command } from 'commander'
import type { CommandContext } from '../context.ts'
import { showMany, showOne, type OutputOptions } from '../output.ts'
import { callNamed, given, listAll } from '../resource.ts'

interface AuditOptions extends OutputOptions {
  readonly limit: string
  readonly resource?: string
  readonly operation?: string
  readonly key?: string
}

export function auditCommand(program: Command, context: CommandContext): void {
  const command = program.command('audit').description('What was changed, and what was decided.')
  command
    .command('list')
    .description('Changes, newest first.')
    .option('--resource <id>', 'only of this resource')
    .option('--operation <name>', 'only this operation: keys.revoke, failure_modes.end, …')
    .option('--limit <n>', 'at most so many', '50')
    .option('--json', 'print JSON')
    .action(async (options: AuditOptions) => {
      const items = await listAll(
        context,
        'listAuditEntries',
        given({ resource_id: options.resource, operation: options.operation }),
        { limit: Number(options.limit) },
      )
      showMany(context, options, items, ['at', 'operation', 'outcome', 'actor', 'resource', 'request_id'])
    })
  command
    .command('decisions')
    .description('Decisions of the data plane, newest first.')
    .option('--key <id>', 'only of this key')
    .option('--limit <n>', 'at most so many', '50')
    .option('--json', 'print JSON')
    .action(async (options: AuditOptions) => {
      const items = await listAll(context, 'listDecisions', given({ key_id: options.key }), {
        limit: Number(options.limit),
      })
      showMany(context, options, items, ['at', 'door', 'code', 'status', 'key_id', 'method', 'path', 'duration_ms'])
    })
}

export function statusCommand(program: Command, context: CommandContext): void {
  program
    .command('status')
    .description('How the server is doing.')
    .option('--json', 'print JSON')
    .action(async (options: OutputOptions) => showOne(context, options, await callNamed(context, 'getStatus')))
}
