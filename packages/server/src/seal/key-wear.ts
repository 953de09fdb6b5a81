/**
 * How often reused keys have been used. GCM with random nonces allows 2³² operations of one key (NIST SP 800-38D §8.3);
 * a key is rotated at 0.9 of that or earlier. Counting costs no write per operation: blocks are counted ahead.
 */
import type { Db } from '#store'
import { keyId, type KeyName } from './key-id.ts'
import { reserveOperations, type KeyRow } from './rows.ts'
import { SealError } from './seal-error.ts'

export interface WearLimits {
  readonly rotateAtOperations: number
  /** No operation beyond this, whatever happens. */
  readonly refuseAtOperations: number
  /** How many are counted ahead at once. */
  readonly blockOperations: number
  /** How many may be done before the first block is counted, so that the first use does not wait for a write. */
  readonly uncountedOperations: number
}

export const WEAR_LIMITS: WearLimits = {
  rotateAtOperations: 3_865_470_566,
  refuseAtOperations: 2 ** 32,
  blockOperations: 4_096,
  uncountedOperations: 1_024,
}

interface Budget {
  left: number
  uncounted: number
  counting: Promise<void> | undefined
}

export class KeyWear {
  readonly #limits: WearLimits
  readonly #onWornOut: (name: KeyName) => void
  readonly #budgets = new Map<string, Budget>()
  readonly #background = new Set<Promise<void>>()

  /** @param onWornOut told each time a key is found to have reached its limit; it is to be rotated soon */
  constructor(limits: WearLimits, onWornOut: (name: KeyName) => void) {
    this.#limits = limits
    this.#onWornOut = onWornOut
  }

  /**
   * Takes one operation of a key. Most calls touch nothing but memory.
   *
   * @param pool where blocks are counted in the background, apart from any transaction
   * @param db the caller's own handle, used when there is no time left for the background
   * @throws SealError `key_worn_out`
   */
  async take(pool: Db, db: Db, row: KeyRow): Promise<void> {
    this.check(row, row.operations)
    const budget = this.#budgetOf(row)
    if (budget.left > 0) budget.left -= 1
    else if (budget.uncounted < this.#limits.uncountedOperations) budget.uncounted += 1
    else {
      await this.#count(db, row, budget)
      budget.left -= 1
      return
    }
    if (budget.left < this.#limits.blockOperations / 2) this.#countInBackground(pool, row, budget)
  }

  /** Says whether a key may go on, and has it rotated when it is time. @throws SealError `key_worn_out` */
  check(name: KeyName, operations: number): void {
    if (operations >= this.#limits.rotateAtOperations) this.#onWornOut(name)
    if (operations >= this.#limits.refuseAtOperations) {
      throw new SealError(
        'key_worn_out',
        `Key ${keyId(name)} has done ${operations} operations and must be rotated first.`,
      )
    }
  }

  /** Waits for what is being counted. */
  async settled(): Promise<void> {
    await Promise.all(this.#background)
  }

  #countInBackground(pool: Db, row: KeyRow, budget: Budget): void {
    if (budget.counting !== undefined) return
    // A failure is no news: the next operation tries again, and soon waits for it.
    const counting = this.#count(pool, row, budget).catch(() => {})
    budget.counting = counting
    this.#background.add(counting)
    void counting.then(() => {
      budget.counting = undefined
      this.#background.delete(counting)
    })
  }

  async #count(db: Db, row: KeyRow, budget: Budget): Promise<void> {
    const owed = budget.uncounted
    const operations = await reserveOperations(db, row, this.#limits.blockOperations + owed)
    // Not to be seen from outside the transaction that makes it: stays owed.
    if (operations === undefined) return
    budget.uncounted -= owed
    budget.left += this.#limits.blockOperations
    this.check(row, operations)
  }

  #budgetOf(row: KeyRow): Budget {
    // Together with the check value: a name may be given again after a rollback.
    const id = `${keyId(row)} ${Buffer.from(row.check_value).toString('latin1')}`
    const known = this.#budgets.get(id)
    if (known !== undefined) return known
    const budget: Budget = { left: 0, uncounted: 0, counting: undefined }
    this.#budgets.set(id, budget)
    return budget
  }
}
