/** `claviger keys import`: keys of another system, by their hashes. */
import type { Command } from 'commander'
import { NegativeAnswer, UsageError, type CommandContext } from '../context.ts'
import { importFile, type Refused } from '../import-file.ts'
import { showOne, type OutputOptions } from '../output.ts'
import { collect, instant } from '../parse-options.ts'
import { nameImport } from '../name-import.ts'
import { LIMIT_FORMS, limits } from '../parse-limits.ts'
import { Progress } from '../progress.ts'
import { readImport, type ImportFormat } from '../read-import.ts'
import { callNamed, given, listAll } from '../resource.ts'

interface ImportOptions extends OutputOptions {
  readonly app: string
  readonly api: readonly string[]
  readonly algorithm: string
  readonly encoding: string
  readonly format?: string
  readonly env?: string
  readonly scope?: readonly string[]
  readonly role?: readonly string[]
  readonly owner?: string
  readonly tag?: readonly string[]
  readonly limit?: readonly string[]
  readonly plan?: string
  readonly expires?: string
  readonly batch: string
  readonly rejects?: string
}

const MOST_IN_BATCH = 10_000
/** Of refused lines, so many are printed; `--rejects` keeps them all. */
const MOST_SHOWN = 20

export function addImport(command: Command, context: CommandContext): void {
  command
    .command('import <file>')
    .description('Take in keys of another system by their hashes. Repeat it when it broke off: nothing is made twice.')
    .requiredOption('--app <id>', 'the app that owns them')
    .requiredOption('--api <id>', 'an api that they are for (repeatable)', collect)
    .requiredOption('--algorithm <name>', 'sha256 or sha512')
    .requiredOption('--encoding <name>', 'hex, base64 or base64url')
    .option('--format <name>', 'jsonl or csv; left out: by the name of the file')
    .option('--env <name>', 'their environment: live, test, …')
    .option('--scope <scope>', 'a scope of all that name none (repeatable)', collect)
    .option('--role <id>', 'a role of all that name none (repeatable)', collect)
    .option('--owner <owner>', 'the owner of all that name none')
    .option('--tag <tag>', 'a tag of all that name none (repeatable)', collect)
    .option('--limit <limit>', `a limit of all that name none (repeatable): ${LIMIT_FORMS}`, collect)
    .option('--plan <id>', 'the plan of all that name none; lines name theirs with "plan"')
    .option('--expires <when>', 'the end of all that name none')
    .option('--batch <n>', 'keys in one call', '5000')
    .option('--rejects <file>', 'write every refused line there, with its reason')
    .option('--json', 'print JSON')
    .action(async (file: string, options: ImportOptions) => runImport(context, file, options))
}

async function runImport(context: CommandContext, file: string, options: ImportOptions): Promise<void> {
  const format = formatOf(file, options.format)
  const batchSize = Number(options.batch)
  if (!Number.isInteger(batchSize) || batchSize < 1 || batchSize > MOST_IN_BATCH)
    throw new UsageError(`--batch must be a whole number from 1 to ${MOST_IN_BATCH}.`)
  const { lines, bytes } = await context.openLines(file)
  const rejects = options.rejects === undefined ? undefined : await context.createFile(options.rejects)
  const shown: Refused[] = []
  const startedAtMs = Date.now()
  const progress = new Progress(context, startedAtMs)
  try {
    const tally = await importFile({
      lines: nameImport(readImport(lines, format), async () => plansOf(context)),
      batchSize,
      send: async (keys) => callNamed(context, 'importKeys', { body: { ...bodyOf(options), keys } }),
      onRefused(refused) {
        rejects?.write(`${JSON.stringify(refused)}\n`)
        if (shown.length < MOST_SHOWN) shown.push(refused)
      },
      onProgress: (so, atBytes) =>
        progress.show(bytes === undefined ? undefined : atBytes / Math.max(1, bytes), so.lines, Date.now()),
    })
    progress.end()
    for (const { line, detail } of shown) context.stderr.write(`line ${line}: ${detail}\n`)
    if (tally.invalid > shown.length)
      context.stderr.write(`and ${tally.invalid - shown.length} more; --rejects keeps all\n`)
    const seconds = Math.round((Date.now() - startedAtMs) / 100) / 10
    showOne(context, options, { ...tally, seconds, ...(options.json === true && { refused: shown }) })
    if (tally.invalid > 0) throw new NegativeAnswer(`${tally.invalid} lines were refused; everything else is stored.`)
  } finally {
    await rejects?.close()
  }
}

function formatOf(file: string, said: string | undefined): ImportFormat {
  const format = said ?? (file.endsWith('.csv') ? 'csv' : 'jsonl')
  if (format === 'csv' || format === 'jsonl') return format
  throw new UsageError(`There is no format ${format}: say jsonl or csv.`)
}

/** Name → id. */
async function plansOf(context: CommandContext): Promise<ReadonlyMap<string, string>> {
  const plans = await listAll(context, 'listPlans', {})
  return new Map(
    plans.flatMap((plan) => ('name' in plan && 'id' in plan ? [[String(plan.name), String(plan.id)]] : [])),
  )
}

const bodyOf = (options: ImportOptions): object =>
  given({
    app_id: options.app,
    api_ids: options.api,
    algorithm: options.algorithm,
    encoding: options.encoding,
    environment: options.env,
    scopes: options.scope,
    role_ids: options.role,
    owner: options.owner,
    tags: options.tag,
    limits: limits(options.limit),
    plan_id: options.plan,
    expires_at: options.expires === undefined ? undefined : instant(options.expires, Date.now()),
  })
