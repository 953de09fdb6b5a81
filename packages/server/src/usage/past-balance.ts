/**
 * What a balance of credits held at an instant of the past, from the ledger and from what calls have spent since. The
 * ledger books spends block by block, so the calls themselves say them better.
 */
import type { PastBalance } from '@claviger/core'
import type { Db } from '#store'
import { selectAccount, selectBlocks, selectEntriesSince } from './rows-credits.ts'

const MOST_ENTRIES = 1_000

export interface PastAccount {
  readonly workspaceId: string
  /** Of a key or an app. Nothing was ever booked: it holds nothing. */
  readonly accountId: string
  readonly sinceMs: number
  /** By calls since then, as they were journaled. */
  readonly spentUnits: number
}

/** Undefined: too much was booked since then to be followed. */
export async function pastBalance(
  db: Db,
  { workspaceId, accountId, sinceMs, spentUnits }: PastAccount,
): Promise<PastBalance | undefined> {
  const account = await selectAccount(db, workspaceId, accountId)
  if (account === undefined) return { openingUnits: 0, booked: [] }
  const entries = await selectEntriesSince(db, accountId, new Date(sinceMs), MOST_ENTRIES + 1)
  if (entries.length > MOST_ENTRIES) return undefined
  const blocks = await selectBlocks(db, accountId)
  const leftUnits = account.booked - blocks.reduce((sum, { spent }) => sum + spent, 0)
  const booked = entries.map(({ at, units }) => ({ atMs: at.getTime(), units }))
  const bookedUnits = booked.reduce((sum, { units }) => sum + units, 0)
  return { openingUnits: Math.max(0, leftUnits + spentUnits - bookedUnits), booked }
}
