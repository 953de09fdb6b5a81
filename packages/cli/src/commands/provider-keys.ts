/** `claviger provider-keys` */
import type { Command } from 'commander'
import type { CommandContext } from '../context.ts'
import { showOne, type OutputOptions } from '../output.ts'
import { injectionOf, injectionOptions, type InjectionOptions } from '../parse-injection.ts'
import { collect } from '../parse-options.ts'
import { callNamed, given, resourceCommand } from '../resource.ts'

interface ProviderKeyOptions extends OutputOptions, InjectionOptions {
  readonly name?: string
  readonly provider?: string
  readonly origin?: readonly string[]
  readonly route?: readonly string[]
  readonly model?: readonly string[]
  readonly app?: readonly string[]
}

export function providerKeysCommand(program: Command, context: CommandContext): void {
  const command = resourceCommand(program, context, {
    name: 'provider-keys',
    what: "Other people's keys, sealed and never readable again. The secret is read from standard input.",
    columns: ['id', 'name', 'provider', 'origins', 'expires_at'],
    list: 'listProviderKeys',
    show: 'getProviderKey',
    remove: 'deleteProviderKey',
  })
  injectionOptions(command.command('create'))
    .description(
      'Store a provider key; its secret is read from standard input. Sent as a bearer token unless --inject says else.',
    )
    .requiredOption('--name <name>', 'its name')
    .requiredOption('--provider <provider>', 'whose API it opens: openai')
    .requiredOption('--origin <origin>', 'where it may be sent (repeatable)', collect)
    .option('--route <id>', 'only this route may use it (repeatable)', collect)
    .option('--model <id>', 'only this model may use it (repeatable)', collect)
    .option('--app <id>', 'only this app may use it (repeatable)', collect)
    .option('--json', 'print JSON')
    .action(async (options: ProviderKeyOptions) => {
      const body = given({
        name: options.name,
        provider: options.provider,
        origins: options.origin,
        injection: await injectionOf(options, context),
        secret: (await context.readInput()).trim(),
        used_by: given({ routes: options.route, models: options.model, apps: options.app }),
      })
      showOne(context, options, await callNamed(context, 'createProviderKey', { body }))
    })
  command
    .command('update <id>')
    .description('Change its name or who may use it, or take origins away. A new origin needs the secret: rotate.')
    .option('--name <name>', 'its name')
    .option('--provider <provider>', 'whose API it opens')
    .option('--origin <origin>', 'the whole new list of origins (repeatable)', collect)
    .option(
      '--route <id>',
      'the whole new list of routes that may use it (repeatable); none: no route is named',
      collect,
    )
    .option(
      '--model <id>',
      'the whole new list of models that may use it (repeatable); none: no model is named',
      collect,
    )
    .option('--app <id>', 'the whole new list of apps that may use it (repeatable); none: no app is named', collect)
    .option('--json', 'print JSON')
    .action(async (id: string, options: ProviderKeyOptions) => {
      const { name, provider, origin: origins } = options
      const body = given({ name, provider, origins, used_by: await changedUsers(context, id, options) })
      showOne(context, options, await callNamed(context, 'updateProviderKey', { params: { id }, body }))
    })
  injectionOptions(command.command('rotate <id>'))
    .description('Replace the secret; the new one is read from standard input. What is not said stays as it was.')
    .option('--origin <origin>', 'the whole new list of origins (repeatable)', collect)
    .option('--json', 'print JSON')
    .action(async (id: string, options: ProviderKeyOptions) => {
      const body = given({
        secret: (await context.readInput()).trim(),
        origins: options.origin,
        injection: await injectionOf(options, context),
      })
      showOne(context, options, await callNamed(context, 'rotateProviderKey', { params: { id }, body }))
    })
}

/** The server takes all three lists together: those that nothing was said of stay. Undefined: nothing was said at all. */
async function changedUsers(
  context: CommandContext,
  id: string,
  options: ProviderKeyOptions,
): Promise<object | undefined> {
  const change = given({ routes: named(options.route), models: named(options.model), apps: named(options.app) })
  if (Object.keys(change).length === 0) return undefined
  const before = await callNamed(context, 'getProviderKey', { params: { id } })
  const users = 'used_by' in before && typeof before.used_by === 'object' ? before.used_by : {}
  return { ...users, ...change }
}

function named(ids: readonly string[] | undefined): readonly string[] | undefined {
  return ids?.length === 1 && ids[0] === 'none' ? [] : ids
}
