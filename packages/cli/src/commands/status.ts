/** `claviger status`, `nodes`, `usage` and `whoami`: how the server is, what was used, and who asks. */
import type { Command } from 'commander'
import type { CommandContext } from '../context.ts'
import { showMany, showOne, writeJson, type OutputOptions } from '../output.ts'
import { instant } from '../parse-options.ts'
import { callNamed, given, listAll } from '../resource.ts'

interface UsageOptions extends OutputOptions {
  readonly from?: string
  readonly to?: string
  readonly by?: string
  readonly app?: string
  readonly key?: string
  readonly target?: string
}

export function statusCommands(program: Command, context: CommandContext): void {
  program
    .command('status')
    .description('How the server is doing.')
    .option('--json', 'print JSON')
    .action(async (options: OutputOptions) => showOne(context, options, await callNamed(context, 'getStatus')))
  program
    .command('whoami')
    .description('Whose admin key CLAVIGER_TOKEN is, and what it may do.')
    .option('--json', 'print JSON')
    .action(async (options: OutputOptions) => showOne(context, options, await callNamed(context, 'getMe')))
  program
    .command('nodes')
    .description('Processes of the installation.')
    .command('list')
    .description('List them, newest first.')
    .option('--json', 'print JSON')
    .action(async (options: OutputOptions) =>
      showMany(context, options, await listAll(context, 'listNodes', {}), [
        ...['id', 'name', 'roles', 'version', 'state', 'seen_at', 'feed_position'],
      ]),
    )
  program
    .command('usage')
    .description('What was used, in sums of whole hours; the last 24 of them by default.')
    .option('--from <instant>', 'from the hour of this instant')
    .option('--to <instant>', 'to the end of the hour of this instant')
    .option('--by <groups>', 'apart by some of hour, day, app, key, target; with commas')
    .option('--app <id>', 'only of this app')
    .option('--key <id>', 'only of this key')
    .option('--target <id>', 'only of this route or model')
    .option('--json', 'print JSON')
    .action(async (options: UsageOptions) => {
      const answer = await callNamed(context, 'getUsage', { query: queryOf(options) })
      if (options.json === true) return writeJson(context, answer)
      const rows: unknown = 'data' in answer ? answer.data : []
      const found = Array.isArray(rows)
        ? rows.filter((row): row is object => typeof row === 'object' && row !== null)
        : []
      showMany(context, options, found, [
        ...['from', 'app_id', 'key_id', 'target_id', 'requests', 'refused', 'failed', 'input_tokens', 'output_tokens'],
      ])
    })
}

const queryOf = ({ from, to, by, app, key, target }: UsageOptions): object =>
  given({
    from: from === undefined ? undefined : instant(from, Date.now()),
    to: to === undefined ? undefined : instant(to, Date.now()),
    group_by: by,
    app_id: app,
    key_id: key,
    target_id: target,
  })
