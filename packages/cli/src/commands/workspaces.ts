/** `claviger workspaces`: the rules that hold for all keys of a workspace. */
import type { Command } from 'commander'
import type { CommandContext } from '../context.ts'
import { showOne, type OutputOptions } from '../output.ts'
import { days, durationSeconds } from '../parse-options.ts'
import { callNamed, given, resourceCommand } from '../resource.ts'

interface WorkspaceOptions extends OutputOptions {
  readonly name?: string
  readonly maxKeyAge?: string
  readonly dormantAfter?: string
  readonly restoreWindow?: string
  readonly disable?: boolean
  readonly enable?: boolean
}

export function workspacesCommand(program: Command, context: CommandContext): void {
  const command = resourceCommand(program, context, {
    name: 'workspaces',
    what: 'Tenants, and the rules that hold for all their keys.',
    columns: ['id', 'name', 'max_key_age_seconds', 'dormant_after_days', 'restore_window_days', 'disabled_at'],
    list: 'listWorkspaces',
    show: 'getWorkspace',
  })
  command
    .command('create')
    .description('Make another workspace; the one-time link for its owner is printed this once.')
    .requiredOption('--name <name>', 'its name')
    .option('--max-key-age <duration>', 'no key lives longer: 365d')
    .option('--dormant-after <duration>', 'keys sleep when they were not used for so long: 90d, never')
    .option('--restore-window <duration>', 'a deleted key can be restored for so long: 30d')
    .option('--json', 'print JSON')
    .action(async (options: WorkspaceOptions) => {
      const body = given({ name: options.name, ...members(options) })
      showOne(context, options, await callNamed(context, 'createWorkspace', { body }))
    })
  command
    .command('update <id>')
    .description('Change the rules of a workspace; a disabled one has no working key.')
    .option('--name <name>', 'its name')
    .option('--max-key-age <duration>', 'no key lives longer: 365d')
    .option('--dormant-after <duration>', 'keys sleep when they were not used for so long: 90d, never')
    .option('--restore-window <duration>', 'a deleted key can be restored for so long: 30d')
    .option('--disable', 'refuse all its keys and cut its open streams')
    .option('--enable', 'take them again')
    .option('--json', 'print JSON')
    .action(async (id: string, options: WorkspaceOptions) => {
      const disabled = options.disable === true ? true : options.enable === true ? false : undefined
      const body = given({ name: options.name, disabled, ...members(options) })
      showOne(context, options, await callNamed(context, 'updateWorkspace', { params: { id }, body }))
    })
  command
    .command('setup-link <id>')
    .description('Make a one-time link by which somebody becomes an owner; printed this once, older ones are void.')
    .option('--json', 'print JSON')
    .action(async (id: string, options: OutputOptions) =>
      showOne(context, options, await callNamed(context, 'createSetupLink', { params: { id } })),
    )
}

const members = (options: WorkspaceOptions) => ({
  max_key_age_seconds: options.maxKeyAge === undefined ? undefined : durationSeconds(options.maxKeyAge),
  dormant_after_days: options.dormantAfter === undefined ? undefined : days(options.dormantAfter),
  restore_window_days: options.restoreWindow === undefined ? undefined : days(options.restoreWindow),
})
