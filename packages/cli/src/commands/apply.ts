/**
 * `claviger apply -f claviger.yaml`: plans, apps, routes and models as they should be. Things are known by their names; what the file
 * does not name is left alone; `--dry-run` shows what would change.
 */
import type { OperationId } from '@claviger/sdk'
import type { Command } from 'commander'
import { parse as parseYaml } from 'yaml'
import { UsageError, type CommandContext } from '../context.ts'
import { limit } from '../parse-limits.ts'
import { writeJson, type OutputOptions } from '../output.ts'
import { callNamed, listAll } from '../resource.ts'

interface ApplyOptions extends OutputOptions {
  readonly file: string
  readonly dryRun?: boolean
}

type Members = Readonly<Record<string, unknown>>

interface Kind {
  /** The list's name in the file. */
  readonly section: string
  readonly list: OperationId
  readonly create: OperationId
  readonly update: OperationId
}

const KINDS: readonly Kind[] = [
  { section: 'plans', list: 'listPlans', create: 'createPlan', update: 'updatePlan' },
  { section: 'apps', list: 'listApps', create: 'createApp', update: 'updateApp' },
  { section: 'routes', list: 'listRoutes', create: 'createRoute', update: 'updateRoute' },
  { section: 'models', list: 'listModels', create: 'createModel', update: 'updateModel' },
]

/** In a dry run, of a plan that the file names first. */
const NOT_MADE_YET = 'pln_?'

/** Members that may be written by name; the server wants ids. */
interface Names {
  readonly apis: ReadonlyMap<string, string>
  readonly providerKeys: ReadonlyMap<string, string>
  /** Those of the file too, once they are made. */
  readonly plans: Map<string, string>
}

export interface Step {
  readonly kind: string
  readonly name: string
  readonly action: 'create' | 'update' | 'unchanged'
  /** Of an update: the members that differ. */
  readonly changes: readonly string[]
}

export function applyCommand(program: Command, context: CommandContext): void {
  program
    .command('apply')
    .description('Make plans, apps, routes and models as a file says.')
    .requiredOption('-f, --file <path>', 'YAML or JSON; - reads standard input')
    .option('--dry-run', 'show what would change, and change nothing')
    .option('--json', 'print JSON')
    .action(async (options: ApplyOptions) => {
      const wanted = readWanted(options.file === '-' ? await context.readInput() : await context.readFile(options.file))
      const names: Names = {
        apis: await namesOf(context, 'listApis'),
        providerKeys: await namesOf(context, 'listProviderKeys'),
        plans: new Map(await namesOf(context, 'listPlans')),
      }
      const steps: Step[] = []
      for (const kind of KINDS)
        steps.push(...(await applyKind(context, kind, wanted.get(kind.section) ?? [], names, options)))
      report(context, options, steps)
    })
}

function readWanted(text: string): ReadonlyMap<string, readonly Members[]> {
  let read: unknown
  try {
    read = parseYaml(text)
  } catch (cause) {
    throw new UsageError(`The file cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`)
  }
  if (!isMembers(read))
    throw new UsageError('The file must hold an object with the lists plans, apps, routes and models.')
  const sections = new Map<string, readonly Members[]>()
  for (const [section, list] of Object.entries(read)) {
    if (!KINDS.some((kind) => kind.section === section))
      throw new UsageError(`There is no list ${section}: plans, apps, routes and models can be applied.`)
    if (!Array.isArray(list)) throw new UsageError(`${section} must be a list.`)
    for (const item of list)
      if (!isMembers(item) || typeof item['name'] !== 'string')
        throw new UsageError(`Every item of ${section} needs a name.`)
    sections.set(section, list)
  }
  return sections
}

async function applyKind(
  context: CommandContext,
  kind: Kind,
  wanted: readonly Members[],
  names: Names,
  options: ApplyOptions,
): Promise<readonly Step[]> {
  if (wanted.length === 0) return []
  const existing = new Map(
    (await listAll(context, kind.list, {})).filter(isMembers).map((item) => [item['name'], item]),
  )
  const steps: Step[] = []
  for (const item of wanted) {
    const body = withIds(item, names)
    const name = String(item['name'])
    const before = existing.get(name)
    if (before === undefined) {
      const made = options.dryRun === true ? {} : await callNamed(context, kind.create, { body })
      if (kind.section === 'plans') names.plans.set(name, 'id' in made ? String(made.id) : NOT_MADE_YET)
      steps.push({ kind: kind.section, name, action: 'create', changes: [] })
      continue
    }
    const changes = Object.keys(body).filter((member) => !covers(before[member], body[member]))
    const change = Object.fromEntries(changes.map((member) => [member, body[member]]))
    if (changes.length > 0 && options.dryRun !== true)
      await callNamed(context, kind.update, { params: { id: before['id'] }, body: change })
    steps.push({ kind: kind.section, name, action: changes.length > 0 ? 'update' : 'unchanged', changes })
  }
  return steps
}

/** `api`, `provider_key` and `plan` by name become ids, in deployments too, and short forms limits. */
function withIds(item: Members, names: Names): Members {
  const { api, provider_key: providerKey, plan, deployments, limits, ...rest } = item
  return {
    ...rest,
    ...(api !== undefined && { api_id: idOf(names.apis, api, 'api') }),
    ...(providerKey !== undefined && { provider_key_id: idOf(names.providerKeys, providerKey, 'provider key') }),
    ...(plan !== undefined && { plan_id: plan === null ? null : idOf(names.plans, plan, 'plan') }),
    ...(limits !== undefined && { limits: Array.isArray(limits) ? limits.map(fromShort) : limits }),
    ...(Array.isArray(deployments) && {
      deployments: deployments.filter(isMembers).map((each) => withIds(each, names)),
    }),
  }
}

const fromShort = (item: unknown): unknown => (typeof item === 'string' ? limit(item) : item)

function idOf(names: ReadonlyMap<string, string>, name: unknown, what: string): string {
  const id = names.get(String(name))
  if (id === undefined) throw new UsageError(`There is no ${what} named ${String(name)}.`)
  return id
}

async function namesOf(context: CommandContext, list: OperationId): Promise<ReadonlyMap<string, string>> {
  return new Map(
    (await listAll(context, list, {})).filter(isMembers).map((item) => [String(item['name']), String(item['id'])]),
  )
}

/** Whether what is there already says all that is wanted; members that the file leaves out do not count. */
function covers(there: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted)) {
    return (
      Array.isArray(there) &&
      there.length === wanted.length &&
      wanted.every((item, index) => covers(there[index], item))
    )
  }
  if (isMembers(wanted))
    return isMembers(there) && Object.entries(wanted).every(([name, value]) => covers(there[name], value))
  return Object.is(there, wanted)
}

function report(context: CommandContext, options: ApplyOptions, steps: readonly Step[]): void {
  if (options.json === true) return writeJson(context, { dry_run: options.dryRun === true, steps })
  const sign = { create: '+', update: '~', unchanged: ' ' } as const
  for (const step of steps) {
    context.stdout.write(
      `${sign[step.action]} ${step.kind} ${step.name}${step.changes.length > 0 ? `: ${step.changes.join(', ')}` : ''}\n`,
    )
  }
  const changed = steps.filter((step) => step.action !== 'unchanged').length
  context.stdout.write(`${changed} of ${steps.length} ${options.dryRun === true ? 'would change' : 'changed'}.\n`)
}

function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
