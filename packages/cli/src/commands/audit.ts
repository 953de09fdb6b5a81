/** `claviger audit`: what happened. */
import type { Command } from 'commander'
import type { CommandContext } from '../context.ts'
import { showMany, writeJson, type OutputOptions } from '../output.ts'
import { instant } from '../parse-options.ts'
import { callNamed, given, listAll } from '../resource.ts'

interface AuditOptions extends OutputOptions {
  readonly limit: string
  readonly resource?: string
  readonly operation?: string
  readonly key?: string
}

interface ProbeOptions extends OutputOptions {
  readonly ipPrefix?: string
  readonly reason?: string
  readonly since?: string
  readonly limit: string
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
  command
    .command('probes')
    .description('What was refused before it was known who asked, newest first.')
    .option('--ip-prefix <prefix>', 'only from there')
    .option('--reason <code>', 'only refused so')
    .option('--since <when>', 'since this instant: 2027-01-31T12:00:00Z')
    .option('--limit <n>', 'at most so many', '100')
    .option('--json', 'print JSON')
    .action(async (options: ProbeOptions) => {
      const query = given({
        ip_prefix: options.ipPrefix,
        reason: options.reason,
        from: options.since === undefined ? undefined : instant(options.since, Date.now()),
        rows: options.limit,
      })
      const answer = await callNamed(context, 'listProbes', { query })
      if (options.json === true) return writeJson(context, answer)
      showMany(context, options, dataOf(answer), ['at', 'ip_prefix', 'reason', 'count'])
    })
}

function dataOf(answer: object): readonly object[] {
  const data: unknown = 'data' in answer ? answer.data : []
  return Array.isArray(data) ? data.filter((item): item is object => typeof item === 'object' && item !== null) : []
}
