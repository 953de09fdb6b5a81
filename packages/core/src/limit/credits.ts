/** What a ledger of credits says: entries are only ever added, and the balance is their sum. Pure. */

/** `grant` and `refund` add, `spend` and `expire` take away, `adjust` does either. */
export type CreditEntryKind = 'grant' | 'spend' | 'refund' | 'adjust' | 'expire'

export interface CreditEntry {
  readonly kind: CreditEntryKind
  /** What it adds to the balance; below 0: takes away. */
  readonly units: number
}

/** Whether an entry of this kind may have this sign. */
export function isEntrySound({ kind, units }: CreditEntry): boolean {
  if (!Number.isSafeInteger(units) || units === 0) return false
  switch (kind) {
    case 'grant':
    case 'refund':
      return units > 0
    case 'spend':
    case 'expire':
      return units < 0
    case 'adjust':
      return true
  }
}

/**
 * The balance after all of the entries.
 *
 * @throws RangeError when it falls below 0 at any entry, or an entry has the wrong sign: no ledger of ours does that
 */
export function balanceOf(entries: Iterable<CreditEntry>): number {
  let balance = 0
  for (const entry of entries) {
    if (!isEntrySound(entry)) throw new RangeError(`a ${entry.kind} of ${entry.units} units is none`)
    balance += entry.units
    if (balance < 0) throw new RangeError('the balance falls below 0')
  }
  return balance
}

/** A grant that ends: what is left of it then expires. */
export interface EndingGrant {
  readonly left: number
  readonly endsAtMs: number
}

/** Takes spent units from grants that end, the soonest first; what they do not hold was spent of grants that do not. */
export function consumeEnding(grants: readonly EndingGrant[], units: number): readonly EndingGrant[] {
  let open = units
  return grants
    .toSorted((one, other) => one.endsAtMs - other.endsAtMs)
    .map((grant) => {
      const taken = Math.min(grant.left, open)
      open -= taken
      return { ...grant, left: grant.left - taken }
    })
}
