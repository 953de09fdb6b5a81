/** `claviger models` */
import type { Command } from 'commander'
import { UsageError, type CommandContext } from '../context.ts'
import { showOne, type OutputOptions } from '../output.ts'
import { collect, feedLoss } from '../parse-options.ts'
import { LIMIT_FORMS, limits } from '../parse-limits.ts'
import { callNamed, given, resourceCommand } from '../resource.ts'

interface ModelOptions extends OutputOptions {
  readonly name?: string
  readonly api?: string
  readonly scope?: readonly string[]
  readonly baseUrl?: string
  readonly upstreamModel?: string
  readonly providerKey?: string
  readonly streamUsage?: boolean
  readonly audit?: string
  readonly limit?: readonly string[]
  readonly cost?: string
  readonly rateLimitHeaders?: string
  readonly onFeedLoss?: string
}

export function modelsCommand(program: Command, context: CommandContext): void {
  const command = resourceCommand(program, context, {
    name: 'models',
    what: 'Public model names on /openai/v1, and where they are served.',
    columns: ['id', 'name', 'required_scopes', 'deployments'],
    list: 'listModels',
    show: 'getModel',
    remove: 'deleteModel',
  })
  shared(
    command
      .command('create')
      .description('Give a deployment a public model name. More than one deployment: claviger apply.')
      .requiredOption('--name <name>', 'what callers write')
      .requiredOption('--api <id>', 'keys of this api may use it')
      .requiredOption('--scope <scope>', 'a scope that a key needs (repeatable)', collect)
      .requiredOption('--base-url <url>', 'with the version segment: https://api.openai.com/v1')
      .option('--upstream-model <name>', "the provider's name for it; by default the same")
      .option('--provider-key <id>', 'the credential that is added')
      .option('--no-stream-usage', 'the provider does not take stream_options.include_usage'),
  ).action(async (options: ModelOptions) => {
    const deployment = given({ ...deploymentOf(options), model: options.upstreamModel ?? options.name })
    const body = given({ ...members(options), deployments: [deployment] })
    showOne(context, options, await callNamed(context, 'createModel', { body }))
  })
  shared(
    command
      .command('update <id>')
      .description('Change a model, and its deployment where it has one. More than one deployment: claviger apply.')
      .option('--name <name>', 'what callers write')
      .option('--api <id>', 'its api')
      .option('--scope <scope>', 'the whole new list of scopes (repeatable)', collect)
      .option('--base-url <url>', 'with the version segment')
      .option('--upstream-model <name>', "the provider's name for it")
      .option('--provider-key <id>', 'the credential that is added; none: no credential')
      .option('--stream-usage', 'the provider takes stream_options.include_usage')
      .option('--no-stream-usage', 'the provider does not take it'),
  ).action(async (id: string, options: ModelOptions) => {
    const body = given({ ...members(options), deployments: await changedDeployments(context, id, options) })
    showOne(context, options, await callNamed(context, 'updateModel', { params: { id }, body }))
  })
}

function shared(command: Command): Command {
  return command
    .option('--audit <mode>', 'ordinary, or before-answer')
    .option('--limit <limit>', `of all callers together (repeatable): ${LIMIT_FORMS}`, collect)
    .option('--cost <units>', 'what one call is charged')
    .option('--rate-limit-headers <form>', 'draft, or draft+legacy')
    .option('--on-feed-loss <policy>', 'deny, or serve_known:600')
    .option('--json', 'print JSON')
}

const members = (options: ModelOptions) => ({
  name: options.name,
  api_id: options.api,
  required_scopes: options.scope,
  audit: options.audit,
  limits: limits(options.limit),
  cost: options.cost === undefined ? undefined : Number(options.cost),
  rate_limit_headers: options.rateLimitHeaders,
  on_feed_loss: options.onFeedLoss === undefined ? undefined : feedLoss(options.onFeedLoss),
})

const deploymentOf = (options: ModelOptions) => ({
  base_url: options.baseUrl,
  model: options.upstreamModel,
  provider_key_id: options.providerKey === 'none' ? null : options.providerKey,
  asks_stream_usage: options.streamUsage,
})

/** The server takes the list as a whole. Undefined: nothing was said of it. */
async function changedDeployments(
  context: CommandContext,
  id: string,
  options: ModelOptions,
): Promise<readonly object[] | undefined> {
  const change = given(deploymentOf(options))
  if (Object.keys(change).length === 0) return undefined
  const model = await callNamed(context, 'getModel', { params: { id } })
  const [first, ...others] = listOf('deployments' in model ? model.deployments : undefined)
  if (typeof first !== 'object' || first === null || others.length > 0)
    throw new UsageError('The model has more than one deployment: say all of them in a file for claviger apply.')
  return [{ ...first, ...change }]
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
