/**
 * Keys belong to a database as its tables do. Whoever holds a handle of the database, a transaction too, finds its seal
 * here, so that rooms which only append (audit) need nothing but the transaction.
 */
import type { Db } from '#store'
import type { Seal } from './seal.ts'
import { SealError } from './seal-error.ts'

/** All handles of one database share their adapter, transactions included. */
const seals = new WeakMap<object, Seal>()

export function bindSeal(db: Db, seal: Seal): void {
  seals.set(db.getExecutor().adapter, seal)
}

/** @throws SealError `misuse` when the seal of this database was not opened */
export function sealOf(db: Db): Seal {
  const seal = seals.get(db.getExecutor().adapter)
  if (seal === undefined) throw new SealError('misuse', 'The seal of this database is not open.')
  return seal
}
