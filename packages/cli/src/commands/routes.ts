/** `claviger routes` */
import type { Command } from 'commander'
import type { CommandContext } from '../context.ts'
import { showMany, showOne, type OutputOptions } from '../output.ts'
import { collect, feedLoss } from '../parse-options.ts'
import { LIMIT_FORMS, limits } from '../parse-limits.ts'
import {
  BREAKER_FORMS,
  CHECK_FORMS,
  RETRY_FORMS,
  circuitBreaker,
  healthCheck,
  retries,
  upstreams,
} from '../parse-upstreams.ts'
import { versionSource } from '../parse-version-source.ts'
import { callNamed, given, resourceCommand } from '../resource.ts'
import { shapingOf, shapingOptions, type ShapingOptions } from '../route-shaping.ts'

interface GuardOptions extends OutputOptions {
  readonly name?: string
  readonly api?: string
  readonly upstream?: readonly string[]
  readonly whenAllOut?: string
  readonly circuitBreaker?: string
  readonly healthCheck?: string
  readonly retries?: string
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

const UPSTREAM = 'where it leads (repeatable, with a weight: https://a.example,3)'
type RouteOptions = GuardOptions & ShapingOptions

export function routesCommand(program: Command, context: CommandContext): void {
  const command = resourceCommand(program, context, {
    name: 'routes',
    what: 'Upstreams behind /gw/{name}, and at hosts and paths of their own.',
    columns: ['id', 'name', 'hosts', 'paths', 'upstream_url', 'required_scopes', 'audit'],
    list: 'listRoutes',
    show: 'getRoute',
    remove: 'deleteRoute',
  })
  command
    .command('health <id>')
    .description('Show how its upstreams are, as the process that answers has met them.')
    .option('--json', 'print JSON')
    .action(async (id: string, shown: OutputOptions) => showHealth(context, id, shown))
  options(
    command
      .command('create')
      .description('Make a route.')
      .requiredOption('--name <name>', 'callers find it at /gw/<name>')
      .requiredOption('--api <id>', 'keys of this api may enter')
      .requiredOption('--upstream <url>', UPSTREAM, collect)
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
      .option('--upstream <url>', UPSTREAM, collect)
      .option('--scope <scope>', 'the whole new list of scopes (repeatable)', collect),
  ).action(async (id: string, given_: RouteOptions) =>
    showOne(context, given_, await callNamed(context, 'updateRoute', { params: { id }, body: body(given_) })),
  )
}

async function showHealth(context: CommandContext, id: string, shown: OutputOptions): Promise<void> {
  const health = await callNamed(context, 'getRouteHealth', { params: { id } })
  if (shown.json === true) return showOne(context, shown, health)
  const told: unknown = new Map(Object.entries(health)).get('upstreams')
  const rows = Array.isArray(told) ? told.filter((item): item is object => typeof item === 'object') : []
  if (rows.length === 0) context.stdout.write('Its upstream is not watched.\n')
  else showMany(context, shown, rows, ['url', 'in', 'circuit', 'health', 'calls', 'failures', 'problem'])
}

function options(command: Command): Command {
  return shapingOptions(command)
    .option('--provider-key <id>', 'the credential that is added')
    .option('--circuit-breaker <breaker>', BREAKER_FORMS)
    .option('--health-check <check>', CHECK_FORMS)
    .option('--retries <retries>', RETRY_FORMS)
    .option('--when-all-out <what>', 'when no upstream is well: try the least bad, or refuse')
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
    ...upstreams(chosen.upstream),
    when_all_out: chosen.whenAllOut,
    circuit_breaker: chosen.circuitBreaker === undefined ? undefined : circuitBreaker(chosen.circuitBreaker),
    health_check: chosen.healthCheck === undefined ? undefined : healthCheck(chosen.healthCheck),
    retries: chosen.retries === undefined ? undefined : retries(chosen.retries),
    required_scopes: chosen.scope,
    provider_key_id: chosen.providerKey,
    methods: chosen.method,
    audit: chosen.audit,
    limits: limits(chosen.limit),
    cost: chosen.cost === undefined ? undefined : Number(chosen.cost),
    rate_limit_headers: chosen.rateLimitHeaders,
    on_feed_loss: chosen.onFeedLoss === undefined ? undefined : feedLoss(chosen.onFeedLoss),
    api_version: chosen.apiVersion === undefined ? undefined : versionSource(chosen.apiVersion),
    ...shapingOf(chosen),
    tells_identity: chosen.tellsIdentity,
  })
