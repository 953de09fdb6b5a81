/** `claviger apis` */
import type { Command } from 'commander'
import type { CommandContext } from '../context.ts'
import { showOne, type OutputOptions } from '../output.ts'
import { collect, feedLoss, json } from '../parse-options.ts'
import { LIMIT_FORMS, limits } from '../parse-limits.ts'
import { callNamed, given, resourceCommand } from '../resource.ts'

interface ApiOptions extends OutputOptions {
  readonly name?: string
  readonly prefix?: string
  readonly scope?: readonly string[]
  readonly maximum?: string | false
  readonly limit?: readonly string[]
  readonly onFeedLoss?: string
  readonly disable?: boolean
  readonly enable?: boolean
}

export function apisCommand(program: Command, context: CommandContext): void {
  const command = resourceCommand(program, context, {
    name: 'apis',
    what: 'What is protected: a key prefix and a catalogue of scopes.',
    columns: ['id', 'name', 'prefix', 'scopes'],
    list: 'listApis',
    show: 'getApi',
    remove: 'deleteApi',
  })
  command
    .command('create')
    .description('Make an api.')
    .requiredOption('--name <name>', 'its name')
    .requiredOption('--prefix <prefix>', 'what its keys begin with')
    .option('--scope <scope>', 'a scope of the catalogue (repeatable)', collect)
    .option('--maximum <json>', 'the most that anybody may grant: {"scopes":["orders.*"]}')
    .option('--limit <limit>', `of all keys together (repeatable): ${LIMIT_FORMS}`, collect)
    .option('--on-feed-loss <policy>', 'deny, or serve_known:600')
    .option('--json', 'print JSON')
    .action(async (options: ApiOptions) => {
      showOne(
        context,
        options,
        await callNamed(context, 'createApi', {
          body: given({ name: options.name, prefix: options.prefix, ...members(options) }),
        }),
      )
    })
  command
    .command('update <id>')
    .description('Change an api.')
    .option('--name <name>', 'its name')
    .option('--scope <scope>', 'the whole new catalogue (repeatable)', collect)
    .option('--maximum <json>', 'the most that anybody may grant; caps keys that are out at once')
    .option('--no-maximum', 'nothing but the catalogue bounds it')
    .option('--limit <limit>', 'the whole new list of limits (repeatable); none: no limits', collect)
    .option('--on-feed-loss <policy>', 'deny, or serve_known:600')
    .option('--disable', 'refuse all its keys')
    .option('--enable', 'take them again')
    .option('--json', 'print JSON')
    .action(async (id: string, options: ApiOptions) => {
      const disabled = options.disable === true ? true : options.enable === true ? false : undefined
      showOne(
        context,
        options,
        await callNamed(context, 'updateApi', {
          params: { id },
          body: given({ name: options.name, disabled, ...members(options) }),
        }),
      )
    })
}

const members = (options: ApiOptions) => ({
  scopes: options.scope,
  maximum: maximumOf(options.maximum),
  limits: limits(options.limit),
  on_feed_loss: options.onFeedLoss === undefined ? undefined : feedLoss(options.onFeedLoss),
})

function maximumOf(given: string | false | undefined): unknown {
  if (given === false) return null
  return given === undefined ? undefined : json(given, '--maximum')
}
