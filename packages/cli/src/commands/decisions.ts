/** `claviger decisions`: why a call would be allowed or refused, and what a change would have changed. */
import type { Command } from 'commander'
import { callOf, type CallOptions } from '../call-options.ts'
import { UsageError, type CommandContext } from '../context.ts'
import { showMany, writeJson, type OutputOptions } from '../output.ts'
import { collect, instant } from '../parse-options.ts'
import { callNamed, given } from '../resource.ts'

interface ExplainOptions extends OutputOptions, CallOptions {
  readonly key?: string
  readonly secretVersion?: string
  readonly api?: string
  readonly scope?: readonly string[]
  readonly clientIp?: string
  readonly cost?: string
  readonly at?: string
}

interface DryRunOptions extends OutputOptions {
  readonly file: string
  readonly days?: string
  readonly maxDecisions?: string
  readonly samples?: string
}

export function decisionsCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('decisions')
    .description('Why a call would be allowed or refused, and what a change would have changed.')
  command
    .command('explain')
    .description('Ask why. Without --key the key itself is read from standard input, never from the command line.')
    .option('--key <id>', 'about this key')
    .option('--secret-version <n>', 'with this secret of the key; left out: the newest')
    .option('--api <id>', 'for this api')
    .option('--scope <scope>', 'with this scope (repeatable)', collect)
    .option('--client-ip <address>', 'from here')
    .option('--cost <units>', 'so many units')
    .option('--method <method>', 'with this method')
    .option('--path <path>', 'to this path')
    .option('--origin <origin>', 'with this Origin')
    .option('--referer <url>', 'with this Referer')
    .option('--user-agent <text>', 'with this User-Agent')
    .option('--client-certificate <thumbprint>', 'with this certificate, by its SHA-256')
    .option('--api-version <text>', 'for this version of the api')
    .option('--at <when>', 'at this instant, or after this duration')
    .option('--json', 'print JSON')
    .action(async (options: ExplainOptions) => {
      const answer = await callNamed(context, 'explainDecision', { body: await questionOf(options, context) })
      if (options.json === true) return writeJson(context, answer)
      showExplanation(context, new Map(Object.entries(answer)))
    })
  command
    .command('dry-run')
    .description(
      'Try a change of a key, an app, a plan or an api against the decisions of the last days. Nothing is changed.',
    )
    .requiredOption(
      '-f, --file <file>',
      'the change, as JSON: {"key": {"id": "key_…", "scopes": []}}; - for standard input',
    )
    .option('--days <n>', 'how far to look back: 1 to 30')
    .option('--max-decisions <n>', 'at most so many, the newest')
    .option('--samples <n>', 'calls to show of each group: 0 to 20')
    .option('--json', 'print JSON')
    .action(async (options: DryRunOptions) => {
      const change = readChange(options.file === '-' ? await context.readInput() : await context.readFile(options.file))
      const bounds = {
        days: number(options.days),
        max_decisions: number(options.maxDecisions),
        samples: number(options.samples),
      }
      const answer = await callNamed(context, 'previewChange', { body: { ...change, ...given(bounds) } })
      if (options.json === true) return writeJson(context, answer)
      showDryRun(context, new Map(Object.entries(answer)))
    })
}

async function questionOf(options: ExplainOptions, context: CommandContext): Promise<object> {
  return given({
    key_id: options.key,
    key: options.key === undefined ? (await context.readInput()).trim() : undefined,
    version: number(options.secretVersion),
    api_id: options.api,
    scopes: options.scope,
    client_ip: options.clientIp,
    cost: number(options.cost),
    request: callOf(options),
    at: options.at === undefined ? undefined : instant(options.at, Date.now()),
  })
}

function number(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (!/^[0-9]{1,10}$/.test(text)) throw new UsageError(`${text} is not a whole number.`)
  return Number(text)
}

function readChange(text: string): object {
  let change: unknown
  try {
    change = JSON.parse(text)
  } catch {
    throw new UsageError('The file is not JSON.')
  }
  if (typeof change !== 'object' || change === null || Array.isArray(change))
    throw new UsageError('The file must hold an object: {"key": {…}}, {"app": {…}}, {"plan": {…}} or {"api": {…}}.')
  return change
}

type Members = ReadonlyMap<string, unknown>

function showExplanation(context: CommandContext, told: Members): void {
  const say = (line: string): void => context.stdout.write(`${line}\n`)
  const outcome = told.get('valid') === true ? 'allowed' : `refused with ${textOf(told, 'code')}`
  say(`${textOf(told, 'key_id')}, version ${textOf(told, 'version')}, is ${outcome} by ${textOf(told, 'rule')}.`)
  const nearest = membersOf(told.get('nearest'))
  if (nearest.size > 0) say(`To allow it: ${textOf(nearest, 'change')}`)
  say('')
  showMany(context, {}, listOf(told.get('checks')), ['outcome', 'rule', 'detail'])
  const limits = listOf(told.get('limits'))
  if (limits.length === 0) return
  say('')
  showMany(context, {}, limits, ['owner', 'name', 'kind', 'mode', 'limit', 'remaining', 'reset_ms', 'would_block'])
}

function showDryRun(context: CommandContext, run: Members): void {
  const say = (line: string): void => context.stdout.write(`${line}\n`)
  const decisions = membersOf(run.get('decisions'))
  const flips = membersOf(run.get('flips'))
  const differs = membersOf(run.get('already_differs'))
  say(`${textOf(run, 'from')} to ${textOf(run, 'to')}`)
  if (run.get('truncated') === true) say(`Not all was looked at: only back to ${textOf(run, 'oldest_at')}.`)
  say(`${textOf(decisions, 'evaluated')} of ${textOf(decisions, 'found')} decisions were evaluated.`)
  const left = [...membersOf(decisions.get('not_evaluated'))].filter(([, count]) => count !== 0)
  for (const [reason, count] of left) say(`  not evaluated: ${String(count)} (${reason})`)
  say(
    `${textOf(flips, 'total')} would be decided otherwise: ${textOf(flips, 'allowed_to_refused')} allowed ones refused, ` +
      `${textOf(flips, 'refused_to_allowed')} refused ones allowed.`,
  )
  showLimits(say, run)
  showGroups(context, flips)
  if (differs.get('total') === 0) return
  say(`\n${textOf(differs, 'total')} are decided otherwise today already, without the change:`)
  showGroups(context, differs)
}

/** How far limits were run again, when they were. */
function showLimits(say: (line: string) => void, run: Members): void {
  const limits = membersOf(run.get('limits'))
  if (limits.size === 0) return
  const flips = membersOf(run.get('flips'))
  const agreement = membersOf(limits.get('agreement'))
  const share = agreement.get('share')
  say(`By limits: ${textOf(flips, 'allowed_to_limited')} refused, ${textOf(flips, 'limited_to_allowed')} allowed.`)
  const trust = typeof share === 'number' ? ` (${(Math.floor(share * 1_000) / 10).toFixed(1)} %)` : ''
  say(
    `As they are, limits decide ${textOf(agreement, 'agreed')} of ${textOf(agreement, 'compared')} as they did then${trust}.`,
  )
  for (const limit of listOf(limits.get('not_replayed')).map(membersOf))
    say(
      `  not run again: ${textOf(limit, 'kind')} ${textOf(limit, 'name')} of the ${textOf(limit, 'owner')} (${textOf(limit, 'reason')})`,
    )
}

function showGroups(context: CommandContext, counted: Members): void {
  const groups = listOf(counted.get('groups'))
  if (groups.length === 0) return
  showMany(context, {}, groups, ['key_id', 'from', 'from_rule', 'to', 'rule', 'count', 'first_at', 'last_at'])
  const samples = groups.flatMap((group) => listOf(membersOf(group).get('samples')))
  if (samples.length === 0) return
  context.stdout.write('\n')
  showMany(context, {}, samples, ['at', 'door', 'client_ip', 'method', 'path', 'request_id'])
}

function membersOf(value: unknown): Members {
  return new Map(typeof value === 'object' && value !== null ? Object.entries(value) : [])
}

function listOf(value: unknown): readonly object[] {
  return Array.isArray(value) ? value.filter((item): item is object => typeof item === 'object' && item !== null) : []
}

const textOf = (members: Members, name: string): string => String(members.get(name))
