/** `claviger plans` */
import type { Command } from 'commander'
import type { CommandContext } from '../context.ts'
import { showOne, type OutputOptions } from '../output.ts'
import { LIMIT_FORMS, limits } from '../parse-limits.ts'
import { collect } from '../parse-options.ts'
import { callNamed, given, resourceCommand } from '../resource.ts'

interface PlanOptions extends OutputOptions {
  readonly name?: string
  readonly limit?: readonly string[]
}

export function plansCommand(program: Command, context: CommandContext): void {
  const command = resourceCommand(program, context, {
    name: 'plans',
    what: 'Named bundles of limits that keys and apps are put on.',
    columns: ['id', 'name', 'limits', 'updated_at'],
    list: 'listPlans',
    show: 'getPlan',
    remove: 'deletePlan',
  })
  command
    .command('create')
    .description('Make a plan; each key on it counts for itself.')
    .requiredOption('--name <name>', 'its name')
    .option('--limit <limit>', `at most so much (repeatable): ${LIMIT_FORMS}`, collect)
    .option('--json', 'print JSON')
    .action(async (options: PlanOptions) =>
      showOne(context, options, await callNamed(context, 'createPlan', { body: body(options) })),
    )
  command
    .command('update <id>')
    .description('Change a plan, for all that are on it.')
    .option('--name <name>', 'its name')
    .option('--limit <limit>', 'the whole new list of limits (repeatable); none: no limits', collect)
    .option('--json', 'print JSON')
    .action(async (id: string, options: PlanOptions) =>
      showOne(context, options, await callNamed(context, 'updatePlan', { params: { id }, body: body(options) })),
    )
}

const body = (options: PlanOptions): object => given({ name: options.name, limits: limits(options.limit) })
