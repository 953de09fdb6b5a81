/** Balances and their ledgers on the wire. */
import { z } from 'zod'
import { wire } from '#edge'
import type { NodeFacts } from '#feed'
import type { CreditBalance, CreditLedgerEntry, OpenBlock } from './credits.ts'

const MOST_UNITS = 1_000_000_000_000
const KINDS = ['grant', 'spend', 'refund', 'adjust', 'expire'] as const

export const accountParams = z.object({
  id: z
    .string()
    .regex(/^(?:key|app)_[0-9a-hjkmnp-tv-z]{26}$/, 'is not the id of a key or an app')
    .meta({ description: 'Id of the key or app that owns the balance.', example: 'key_01k2m5f8r2e9vbt9rpk9w0z5c3' }),
})

const units = z.int().min(1).max(MOST_UNITS)
const entryNumber = z.int().min(1).meta({ description: 'Its `number` in the ledger.', example: 2 })
const reference = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[\x20-\x7e]+$/, 'must be printable ASCII')
  .optional()
  .meta({
    description:
      'Your own id of this booking, such as that of an invoice. Said again, with whatever Idempotency-Key, it answers the first booking and books nothing. Left out: a new one each time.',
    example: 'invoice-2026-118',
  })
const note = wire.note.optional().meta({ description: 'For people; it stays in the ledger.' })

export const grantBody = z.strictObject({
  units: units.meta({ example: 1000 }),
  reference,
  note,
  expires_at: wire.instantInput.optional().meta({
    description: 'What is left of the grant then expires. Left out: never.',
    example: '2027-11-24T12:00:00.000Z',
  }),
})

export const refundBody = z.strictObject({
  entry: entryNumber.meta({ description: 'Number of the `spend` that is refunded.' }),
  units: units.optional().meta({ description: 'Left out: all that is left to refund of it.', example: 40 }),
  reference,
  note,
})

export const adjustBody = z.strictObject({
  entry: entryNumber.meta({
    description: 'Number of the `grant`, `refund` or `adjust` that is corrected.',
    example: 1,
  }),
  units: z
    .int()
    .min(-MOST_UNITS)
    .max(MOST_UNITS)
    .refine((value) => value !== 0, 'must not be 0')
    .optional()
    .meta({ description: 'Below 0: so many are taken away. Left out: the entry is taken back whole.', example: -100 }),
  reference,
  note: wire.note.min(1).meta({ description: 'Why; it stays in the ledger.', example: 'Granted twice.' }),
})

export const creditEntryAnswer = z
  .object({
    account_id: z.string().meta({ example: 'key_01k2m5f8r2e9vbt9rpk9w0z5c3' }),
    number: z.int().meta({ description: 'From 1, without gaps.', example: 1 }),
    kind: z.enum(KINDS),
    units: z.int().meta({ description: 'What it adds to the balance; below 0: takes away.', example: 1000 }),
    balance: z.int().meta({ description: 'After this entry.', example: 1000 }),
    entry: z.int().nullable().meta({ description: 'Number of the entry that this one is about.' }),
    reference: z.string().meta({ example: 'invoice-2026-118' }),
    note: z.string().nullable(),
    expires_at: wire.instant.nullable(),
    at: wire.instant,
  })
  .meta({ id: 'CreditEntry', description: 'One entry of the ledger; none is ever changed.' })

export const creditBalanceAnswer = z
  .object({
    id: z.string().meta({ description: 'The key or app.', example: 'key_01k2m5f8r2e9vbt9rpk9w0z5c3' }),
    balance: z.int().meta({ description: 'The sum of the ledger. Never below 0.', example: 1000 }),
    reserved: z.int().meta({
      description:
        'Of the balance, what processes hold in blocks: spent there already or not, the ledger learns it when they close them, after 15 s at most.',
      example: 120,
    }),
    available: z.int().meta({ description: 'The rest: what no process holds.', example: 880 }),
    blocks: z
      .array(
        z.object({
          node_id: z.string(),
          node_state: z.enum(['live', 'away', 'ended', 'unknown']).meta({
            description:
              'Blocks of a process that is gone, and its spool with it, stay until they are settled by hand.',
          }),
          units: z.int(),
          spent: z.int().meta({ description: 'As far as its spool has told.' }),
          opened_at: wire.instant,
        }),
      )
      .meta({ description: 'What is reserved, oldest first.' }),
  })
  .meta({ id: 'CreditBalance' })

export const settleBody = z.strictObject({
  as: z.enum(['spent', 'free']).meta({
    description:
      'spent: all that it held counts as spent. free: only what its spool has told; the rest can be spent again.',
  }),
  note: wire.note
    .min(1)
    .meta({ description: 'Why; it stays in the audit log.', example: 'The disk of that machine is lost.' }),
})

export const settleAnswer = z
  .object({
    node_id: wire.idOf('nod'),
    blocks: z.int(),
    units: z.int().meta({ description: 'Held in them.' }),
    spent: z.int().meta({ description: 'Of these, booked as spent.' }),
  })
  .meta({ id: 'SettledCredits' })

export function creditEntryToWire(accountId: string, entry: CreditLedgerEntry): z.input<typeof creditEntryAnswer> {
  const { number, kind, units: moved, balance, reference: said } = entry
  return {
    account_id: accountId,
    number,
    kind,
    units: moved,
    balance,
    entry: entry.about ?? null,
    reference: said,
    note: entry.note ?? null,
    expires_at: entry.endsAt === undefined ? null : wire.instantText(entry.endsAt),
    at: wire.instantText(entry.at),
  }
}

export function creditBalanceToWire(
  id: string,
  { balance, reserved }: CreditBalance,
  held: { readonly blocks: readonly OpenBlock[]; readonly nodes: readonly NodeFacts[] },
): z.input<typeof creditBalanceAnswer> {
  const stateOf = new Map(held.nodes.map((node) => [node.id, node.state]))
  return {
    id,
    balance,
    reserved,
    available: balance - reserved,
    blocks: held.blocks.map((block) => ({
      node_id: block.nodeId,
      node_state: stateOf.get(block.nodeId) ?? 'unknown',
      units: block.units,
      spent: block.spent,
      opened_at: wire.instantText(block.openedAt),
    })),
  }
}
