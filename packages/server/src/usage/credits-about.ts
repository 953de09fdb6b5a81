/** Entries of the ledger that are about another: a refund of what was spent, an adjustment of what was given. */
import { ClavigerError, type CreditEntryKind } from '@claviger/core'
import type { Tx } from '#store'
import { changeEndingGrant, findEntry, sumAbout, type EntryRow } from './rows-credits.ts'

/** What is asked for, of an account that is locked. */
interface AboutAnother {
  readonly accountId: string
  readonly kind: CreditEntryKind
  readonly units: number | undefined
  readonly about?: number | undefined
}

interface About {
  readonly row: EntryRow
  /** What takes back all that is left of it. */
  readonly rest: number
}

const MAY_BE_ABOUT: Readonly<Partial<Record<CreditEntryKind, ReadonlySet<string>>>> = {
  refund: new Set(['spend']),
  adjust: new Set(['grant', 'refund', 'adjust']),
}

/**
 * The entry that the new one is about: all entries about it together never give back more than it took, or take more than it
 * gave.
 *
 * @throws ClavigerError `validation_failed` when there is no such entry, or it is of another kind; `conflict` when less is left
 */
export async function checkAbout(tx: Tx, { accountId, kind, units, about }: AboutAnother): Promise<About | undefined> {
  if (about === undefined) return undefined
  const row = await findEntry(tx, accountId, { number: about })
  if (row === undefined) throw notAbout(`There is no entry ${about} in the ledger of ${accountId}.`)
  if (MAY_BE_ABOUT[kind]?.has(row.kind) !== true)
    throw notAbout(
      row.kind === 'spend'
        ? `Entry ${about} was spent: refund it.`
        : `Entry ${about} is of the kind ${row.kind}, of which there is no ${kind}.`,
    )
  const left = row.units + (await sumAbout(tx, accountId, about))
  const after = left + (units ?? -left)
  const isWithin = row.units < 0 ? row.units <= after && after <= 0 : after >= 0 && after <= row.units
  if (!isWithin || (units === undefined && left === 0)) {
    const most = Math.abs(left)
    throw new ClavigerError(
      'conflict',
      most === 0
        ? `Nothing is left of entry ${about}: it was taken back already.`
        : `Of entry ${about}, ${most} of ${Math.abs(row.units)} units are left.`,
    )
  }
  return { row, rest: -left }
}

/** What is left of a grant that ends follows its adjustments: else what was taken away already would expire once more. */
export async function followAbout(tx: Tx, about: EntryRow, booked: EntryRow): Promise<void> {
  if (booked.kind !== 'adjust' || about.kind !== 'grant' || about.ends_at === null) return
  const grant = { accountId: about.account_id, number: about.number, endsAt: about.ends_at }
  await changeEndingGrant(tx, grant, booked.units)
}

function notAbout(detail: string): ClavigerError {
  return new ClavigerError('validation_failed', detail, { errors: [{ pointer: '/entry', detail }] })
}
