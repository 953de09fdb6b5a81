/** `claviger credits`: balances of keys and apps, and what is granted, refunded and corrected. */
import type { OperationId } from '@claviger/sdk'
import type { Command } from 'commander'
import { UsageError, type CommandContext } from '../context.ts'
import { showMany, showOne, type OutputOptions } from '../output.ts'
import { instant } from '../parse-options.ts'
import { callNamed, given, listAll } from '../resource.ts'

interface BookingOptions extends OutputOptions {
  readonly units?: string
  readonly reference?: string
  readonly note?: string
  readonly expires?: string
  readonly idempotencyKey?: string
}

interface ListOptions extends OutputOptions {
  readonly limit: string
}

interface SettleOptions extends OutputOptions {
  readonly as: string
  readonly note: string
}

const COLUMNS = ['number', 'at', 'kind', 'units', 'balance', 'entry', 'reference', 'note', 'expires_at']

export function creditsCommand(program: Command, context: CommandContext): void {
  const command = program.command('credits').description('Balances of keys and apps, and their ledgers.')
  command
    .command('balance <id>')
    .description('What a key or an app has, and what processes hold of it.')
    .option('--json', 'print JSON')
    .action(async (id: string, options: OutputOptions) =>
      showBalance(context, options, await callNamed(context, 'getCredits', { params: { id } })),
    )
  command
    .command('list <id>')
    .description('The ledger of a key or an app, newest first.')
    .option('--limit <n>', 'at most so many', '100')
    .option('--json', 'print JSON')
    .action(async (id: string, options: ListOptions) => {
      const limit = whole(options.limit)
      showMany(context, options, await listAll(context, 'listCreditEntries', {}, { params: { id }, limit }), COLUMNS)
    })
  const booking = (verb: string, description: string): Command =>
    command
      .command(verb)
      .description(description)
      .option('--reference <text>', 'your own id of it: said again, it answers the first booking')
      .option('--idempotency-key <key>', 'a repeated call with this key gives the same answer')
      .option('--json', 'print JSON')
  booking('grant <id> <units>', 'Give units to a key or an app.')
    .option('--note <text>', 'for people; it stays in the ledger')
    .option('--expires <when>', 'when what is left of it expires: an instant, or a duration from now (90d)')
    .action(async (id: string, units: string, options: BookingOptions) => {
      const expiresAt = options.expires === undefined ? undefined : instant(options.expires, Date.now())
      await book(context, 'grantCredits', { id, options, body: { units: whole(units), expires_at: expiresAt } })
    })
  booking('refund <id> <entry>', 'Give back what an entry of the ledger spent, or a part of it.')
    .option('--units <n>', 'so many; left out: all that is left of it')
    .option('--note <text>', 'for people; it stays in the ledger')
    .action(async (id: string, entry: string, options: BookingOptions) =>
      book(context, 'refundCredits', { id, options, body: { entry: whole(entry), units: whole(options.units) } }),
    )
  booking('adjust <id> <entry>', 'Correct a grant, a refund or an adjustment, by an entry that takes it back.')
    .option('--units <n>', 'below 0 takes away, as in --units=-40; left out: the entry is taken back whole')
    .requiredOption('--note <text>', 'why; it stays in the ledger')
    .action(async (id: string, entry: string, options: BookingOptions) =>
      book(context, 'adjustCredits', { id, options, body: { entry: whole(entry), units: whole(options.units) } }),
    )
  command
    .command('settle-node <id>')
    .description('Settle what a process held that is lost together with its data directory.')
    .requiredOption('--as <what>', 'spent: all that it held; free: only what its spool has told is spent')
    .requiredOption('--note <text>', 'why; it stays in the audit log')
    .option('--json', 'print JSON')
    .action(async (id: string, options: SettleOptions) => {
      const body = { as: options.as, note: options.note }
      showOne(context, options, await callNamed(context, 'settleNodeCredits', { params: { id }, body }))
    })
}

async function book(
  context: CommandContext,
  operationId: OperationId,
  { id, options, body }: { readonly id: string; readonly options: BookingOptions; readonly body: object },
): Promise<void> {
  const { reference, note, idempotencyKey } = options
  const answer = await callNamed(context, operationId, {
    params: { id },
    body: given({ ...body, reference, note }),
    ...(idempotencyKey !== undefined && { idempotencyKey }),
  })
  showOne(context, options, answer)
}

function showBalance(context: CommandContext, options: OutputOptions, answer: object): void {
  if (options.json === true) return showOne(context, options, answer)
  const { blocks, ...rest } = Object.fromEntries(Object.entries(answer))
  showOne(context, options, rest)
  if (!Array.isArray(blocks) || blocks.length === 0) return
  context.stdout.write('\nHeld by processes:\n')
  showMany(context, {}, blocks, ['node_id', 'node_state', 'units', 'spent', 'opened_at'])
}

function whole(text: string): number
function whole(text: string | undefined): number | undefined
function whole(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (!/^-?[0-9]{1,15}$/.test(text)) throw new UsageError(`${text} is not a whole number.`)
  return Number(text)
}
