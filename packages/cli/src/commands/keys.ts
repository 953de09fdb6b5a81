/** `claviger keys` */
import { Option, type Command } from 'commander'
import type { CommandContext } from '../context.ts'
import { showOne, type OutputOptions } from '../output.ts'
import { collect, days, durationSeconds, instant, json, listOrNone, pairs } from '../parse-options.ts'
import { LIMIT_FORMS, limits } from '../parse-limits.ts'
import { callNamed, given, resourceCommand } from '../resource.ts'
import { addImport } from './key-import.ts'
import { addLifecycleVerbs } from './key-lifecycle.ts'
import { addBulkRevoke } from './key-orders.ts'
import { addVerify } from './key-verify.ts'

interface KeyOptions extends OutputOptions {
  readonly name?: string
  readonly app?: string
  readonly api?: readonly string[]
  readonly env?: string
  readonly owner?: string
  readonly tag?: readonly string[]
  readonly scope?: readonly string[]
  readonly role?: readonly string[]
  readonly grantReason?: string
  readonly cidr?: readonly string[]
  readonly cidrAllow?: readonly string[]
  readonly restriction?: readonly string[]
  readonly restrictions?: boolean
  readonly limit?: readonly string[]
  readonly plan?: string
  readonly notBefore?: string
  readonly expires?: string
  readonly dormantAfter?: string
  readonly metadata?: readonly string[]
  readonly idempotencyKey?: string
  readonly disable?: boolean
  readonly enable?: boolean
}

export function keysCommand(program: Command, context: CommandContext): void {
  const command = resourceCommand(program, context, {
    name: 'keys',
    what: 'API keys of apps. Secrets are shown once, at create and rotate.',
    columns: ['id', 'name', 'app_id', 'owner', 'environment', 'tags', 'expires_at', 'last_used_at', 'revoked_at'],
    list: 'listKeys',
    flags: [
      { name: 'over-maximum', what: 'only living keys that hold more than a maximum of their apis now lets them' },
    ],
    show: 'getKey',
    remove: 'deleteKey',
  })
  command
    .command('create')
    .description('Make a key; its secret is printed this once.')
    .requiredOption('--name <name>', 'its name')
    .requiredOption('--app <id>', 'the app that owns it')
    .requiredOption('--api <id>', 'an api that it is for (repeatable)', collect)
    .option('--env <name>', 'its environment: live, test, …')
    .option('--owner <owner>', "a person or a team; left out: the app's owner")
    .option('--tag <tag>', 'a tag (repeatable)', collect)
    .option('--scope <scope>', 'a scope (repeatable); none: no access', collect)
    .option('--role <id>', 'a role, whose scopes it gets too (repeatable)', collect)
    .option('--grant-reason <text>', 'why: needed for scopes with a wildcard, as is --expires')
    .option('--cidr-allow <range>', 'only from here: a restriction of the kind ip (repeatable)', collect)
    .addOption(new Option('--cidr <range>', 'as --cidr-allow').argParser(collect).hideHelp())
    .option('--restriction <json>', 'where, when and how it may be used (repeatable)', collect)
    .option('--limit <limit>', `at most so much (repeatable): ${LIMIT_FORMS}`, collect)
    .option('--plan <id>', 'the plan it is on; none: that of its app')
    .option('--not-before <when>', 'refuses before this instant or duration')
    .option('--expires <when>', 'an instant or a duration such as 90d')
    .option('--dormant-after <duration>', 'sleeps when it was not used for so long: 30d')
    .option('--metadata <name=value>', 'a fact of yours (repeatable)', collect)
    .option('--idempotency-key <text>', 'makes the call safe to repeat')
    .option('--json', 'print JSON')
    .action(async (options: KeyOptions) => {
      const { idempotencyKey } = options
      const body = given({ name: options.name, app_id: options.app, environment: options.env, ...members(options) })
      showOne(
        context,
        options,
        await callNamed(context, 'createKey', { body, ...(idempotencyKey !== undefined && { idempotencyKey }) }),
      )
    })
  command
    .command('update <id>')
    .description('Change a key.')
    .option('--name <name>', 'its name')
    .option('--owner <owner>', "a person or a team; empty: the app's owner")
    .option('--tag <tag>', 'the whole new list of tags (repeatable)', collect)
    .option('--api <id>', 'the whole new list of apis (repeatable)', collect)
    .option('--scope <scope>', 'the whole new list of scopes (repeatable)', collect)
    .option('--role <id>', 'the whole new list of roles (repeatable); none: no roles', collect)
    .option('--grant-reason <text>', 'why: needed for scopes with a wildcard, as is --expires')
    .option('--cidr-allow <range>', 'the whole new list of restrictions: only from here (repeatable)', collect)
    .addOption(new Option('--cidr <range>', 'as --cidr-allow').argParser(collect).hideHelp())
    .option('--restriction <json>', 'the whole new list of restrictions (repeatable)', collect)
    .option('--no-restrictions', 'from anywhere, whenever and however')
    .option('--limit <limit>', 'the whole new list of limits (repeatable); none: no limits', collect)
    .option('--plan <id>', 'the plan it is on; none: that of its app')
    .option('--not-before <when>', 'refuses before this instant or duration')
    .option('--expires <when>', 'an instant or a duration')
    .option('--dormant-after <duration>', 'sleeps when it was not used for so long; "never": as the workspace has it')
    .option('--metadata <name=value>', 'all facts anew (repeatable)', collect)
    .option('--disable', 'refuse it and cut its open streams')
    .option('--enable', 'take it again')
    .option('--json', 'print JSON')
    .action(async (id: string, options: KeyOptions) => {
      const disabled = options.disable === true ? true : options.enable === true ? false : undefined
      showOne(
        context,
        options,
        await callNamed(context, 'updateKey', {
          params: { id },
          body: given({ name: options.name, disabled, ...members(options) }),
        }),
      )
    })
  command
    .command('rotate <id>')
    .description('Give a key a new secret, printed this once; the old ones live on for the grace period.')
    .option('--grace <duration>', 'how long the old secrets live on: 24h, 0s', '24h')
    .option('--json', 'print JSON')
    .action(async (id: string, options: OutputOptions & { readonly grace: string }) => {
      showOne(
        context,
        options,
        await callNamed(context, 'rotateKey', {
          params: { id },
          body: { grace_seconds: durationSeconds(options.grace) },
        }),
      )
    })
  command
    .command('revoke <id>')
    .description('End a key for good; open streams are cut.')
    .option('--reason <text>', 'for the audit log')
    .option('--secret-version <n>', 'only this secret of the key')
    .option('--json', 'print JSON')
    .action(
      async (id: string, options: OutputOptions & { readonly reason?: string; readonly secretVersion?: string }) => {
        const { secretVersion, reason } = options
        const answer =
          secretVersion === undefined
            ? await callNamed(context, 'revokeKey', { params: { id }, body: given({ reason }) })
            : await callNamed(context, 'revokeKeyVersion', { params: { id, number: secretVersion } })
        showOne(context, options, answer)
      },
    )
  addLifecycleVerbs(command, context)
  addBulkRevoke(command, context)
  addImport(command, context)
  addVerify(command, context)
}

/** `--cidr-allow` is short for the restriction that is wanted most. */
function restrictionsOf(options: KeyOptions): readonly unknown[] | undefined {
  const { restriction, cidrAllow = options.cidr } = options
  if (options.restrictions === false) return []
  if (restriction === undefined && cidrAllow === undefined) return undefined
  const ranges = cidrAllow === undefined ? [] : [{ kind: 'ip', allow: cidrAllow }]
  return [...ranges, ...(restriction ?? []).map((text) => json(text, '--restriction'))]
}

const members = (options: KeyOptions) => ({
  owner: options.owner === '' ? null : options.owner,
  tags: options.tag,
  api_ids: options.api,
  scopes: options.scope,
  role_ids: listOrNone(options.role),
  grant_reason: options.grantReason === '' ? null : options.grantReason,
  restrictions: restrictionsOf(options),
  limits: limits(options.limit),
  plan_id: options.plan === 'none' ? null : options.plan,
  not_before: options.notBefore === undefined ? undefined : instant(options.notBefore, Date.now()),
  expires_at: options.expires === undefined ? undefined : instant(options.expires, Date.now()),
  dormant_after_days: options.dormantAfter === undefined ? undefined : days(options.dormantAfter),
  metadata: options.metadata === undefined ? undefined : pairs(options.metadata),
})
