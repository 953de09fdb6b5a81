/**
 * `claviger apply -f claviger.yaml`: apis, plans, apps, routes, models and keys as they should be. Things are known by their names;
 * what the file does not name is left alone; `--dry-run` shows what would change.
 */
import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import type { Command } from 'commander'
import { carryOut, type Done, type Hands } from '../apply/carry-out.ts'
import { KINDS } from '../apply/kinds.ts'
import { lookAt } from '../apply/look.ts'
import { planOf } from '../apply/plan.ts'
import { readWanted } from '../apply/read-file.ts'
import { lineOf, linesOf, refusalOf, stepToJson, stopOf, summaryOf } from '../apply/report.ts'
import type { Step } from '../apply/steps.ts'
import type { CommandContext, SecretsFile } from '../context.ts'
import { writeJson, type OutputOptions } from '../output.ts'
import { callNamed, listAll } from '../resource.ts'

interface ApplyOptions extends OutputOptions {
  readonly file: string
  readonly dryRun?: boolean
  readonly secretsTo?: string
}

export function applyCommand(program: Command, context: CommandContext): void {
  program
    .command('apply')
    .description(`Make ${KINDS.map(({ section }) => section).join(', ')} as a file says.`)
    .requiredOption('-f, --file <path>', 'YAML or JSON; - reads standard input')
    .option('--dry-run', 'show what would change, and change nothing')
    .option('--secrets-to <path>', 'a new file for the secrets of keys that are made, instead of printing them')
    .option('--json', 'print JSON')
    .action(async (options: ApplyOptions) => {
      const steps = await planned(context, options)
      if (options.dryRun !== true) return apply(context, options, steps)
      if (options.json === true)
        return writeJson(context, { dry_run: true, steps: steps.map((step) => stepToJson(step)) })
      for (const step of steps) context.stdout.write(`${lineOf(step)}\n`)
      context.stdout.write(`${summaryOf(steps, 'would change')}\n`)
    })
}

/** @throws UsageError that lists everything that is wrong with the file */
async function planned(context: CommandContext, options: ApplyOptions): Promise<readonly Step[]> {
  const text = options.file === '-' ? await context.readInput() : await context.readFile(options.file)
  const { wanted, problems } = readWanted(text)
  if (problems.length > 0) throw refusalOf(problems)
  const there = await lookAt(wanted, async (operation, query) => listAll(context, operation, query))
  const plan = planOf(wanted, there)
  if (plan.problems.length > 0) throw refusalOf(plan.problems)
  return plan.steps
}

async function apply(context: CommandContext, options: ApplyOptions, steps: readonly Step[]): Promise<void> {
  const { secretsTo } = options
  const makesKeys = steps.some(({ kind, action }) => action === 'create' && kind.create === 'createKey')
  const secrets = secretsTo === undefined || !makesKeys ? undefined : await context.createSecretsFile(secretsTo)
  try {
    const all = await carryOut(steps, handsOf(context, options, secrets))
    tell(context, options, all)
  } finally {
    await secrets?.close()
  }
}

function handsOf(context: CommandContext, options: ApplyOptions, secrets: SecretsFile | undefined): Hands {
  return {
    call: async (operation, call) => callNamed(context, operation, call),
    ...(secrets !== undefined && { keepSecret: async (secret) => secrets.append(JSON.stringify(secret)) }),
    onDone(done) {
      if (options.json !== true) context.stdout.write(`${linesOf(done).join('\n')}\n`)
    },
    randomId: randomUUID,
    wait: async (ms) => wait(ms),
  }
}

/** @throws NegativeAnswer when not all could be done */
function tell(context: CommandContext, options: ApplyOptions, all: readonly Done[]): void {
  const stop = stopOf(all)
  const made = all.filter(
    ({ step, state }) => state === 'done' && step.action === 'create' && step.kind.create === 'createKey',
  )
  const printed = all.filter((done) => done.secret !== undefined).length
  if (options.json === true) {
    const steps = all.map((done) => stepToJson(done.step, done))
    writeJson(context, {
      dry_run: false,
      steps,
      ...(options.secretsTo !== undefined && made.length > 0 && { secrets_file: options.secretsTo }),
    })
  } else {
    if (stop === undefined)
      context.stdout.write(
        `${summaryOf(
          all.map(({ step }) => step),
          'changed',
        )}\n`,
      )
    if (printed > 0)
      context.stdout.write(
        `${printed === 1 ? '1 secret was' : `${printed} secrets were`} printed, and can never be read again: store what was printed now.\n`,
      )
    else if (made.length > 0)
      context.stdout.write(`The secrets of ${made.length} keys are in ${String(options.secretsTo)}.\n`)
  }
  if (stop !== undefined) throw stop
}
