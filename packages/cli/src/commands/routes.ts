/** `claviger routes` */
import type { Command } from 'commander'
import type { CommandContext } from '../context.ts'
import { showOne, type OutputOptions } from '../output.ts'
import { collect, feedLoss } from '../parse-options.ts'
import { LIMIT_FORMS, limits } from '../parse-limits.ts'
import { versionSource } from '../parse-version-source.ts'
import { callNamed, given, resourceCommand } from '../resource.ts'

interface RouteOptions extends OutputOptions {
  readonly name?: string
  readonly api?: string
  readonly upstream?: string
  readonly scope?: readonly string[]
  readonly providerKey?: string
  readonly method?: readonly string[]
  readonly audit?: string
  readonly limit?: readonly string[]
  readonly cost?: string
  readonly rateLimitHeaders?: string
  readonly onFeedLoss?: string
  readonly apiVersion?: string
  readonly tellsIdentity?: boolean
}

export function routesCommand(program: Command, context: CommandContext): void {
  const command = resourceCommand(program, context, {
    name: 'routes',
    what: 'Upstreams behind /gw/{name}.',
    columns: ['id', 'name', 'upstream_url', 'required_scopes', 'audit'],
    list: 'listRoutes',
    show: 'getRoute',
    remove: 'deleteRoute',
  })
  options(
    command
      .command('create')
      .description('Make a route.')
      .requiredOption('--name <name>', 'callers find it at /gw/<name>')
      .requiredOption('--api <id>', 'keys of this api may enter')
      .requiredOption('--upstream <url>', 'where it leads')
      .requiredOption('--scope <scope>', 'a scope that a key needs (repeatable)', collect),
  ).action(async (given_: RouteOptions) =>
    showOne(context, given_, await callNamed(context, 'createRoute', { body: body(given_) })),
  )
  options(
    command
      .command('update <id>')
      .description('Change a route.')
      .option('--name <name>', 'its name')
      .option('--api <id>', 'its api')
      .option('--upstream <url>', 'where it leads')
      .option('--scope <scope>', 'the whole new list of scopes (repeatable)', collect),
  ).action(async (id: string, given_: RouteOptions) =>
    showOne(context, given_, await callNamed(context, 'updateRoute', { params: { id }, body: body(given_) })),
  )
}

function options(command: Command): Command {
  return command
    .option('--provider-key <id>', 'the credential that is added')
    .option('--method <method>', 'only this method (repeatable)', collect)
    .option('--audit <mode>', 'ordinary, or before-answer')
    .option('--limit <limit>', `of all callers together (repeatable): ${LIMIT_FORMS}`, collect)
    .option('--cost <units>', 'what one call is charged')
    .option('--rate-limit-headers <form>', 'draft, or draft+legacy')
    .option('--on-feed-loss <policy>', 'deny, or serve_known:600')
    .option('--api-version <source>', 'fixed:2026-11, header:api-version, header:api-version=2026-01, path, or none')
    .option('--tells-identity', 'the upstream learns whose call it is')
    .option('--no-tells-identity', 'it does not')
    .option('--json', 'print JSON')
}

const body = (chosen: RouteOptions): object =>
  given({
    name: chosen.name,
    api_id: chosen.api,
    upstream_url: chosen.upstream,
    required_scopes: chosen.scope,
    provider_key_id: chosen.providerKey,
    methods: chosen.method,
    audit: chosen.audit,
    limits: limits(chosen.limit),
    cost: chosen.cost === undefined ? undefined : Number(chosen.cost),
    rate_limit_headers: chosen.rateLimitHeaders,
    on_feed_loss: chosen.onFeedLoss === undefined ? undefined : feedLoss(chosen.onFeedLoss),
    api_version: chosen.apiVersion === undefined ? undefined : versionSource(chosen.apiVersion),
    tells_identity: chosen.tellsIdentity,
  })
