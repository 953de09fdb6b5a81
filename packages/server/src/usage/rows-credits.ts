/** SQL of the ledger of credits; the functions stand in the migration beside the tables. */
import { sql, type Selectable } from 'kysely'
import type { CreditEntryKind } from '@claviger/core'
import type { CreditSpend } from '@claviger/gateway'
import type { Db, Tables, Tx } from '#store'

export type AccountRow = Selectable<Tables['usage_credit']>
export type EntryRow = Selectable<Tables['usage_credit_entry']>
export type BlockRow = Selectable<Tables['usage_credit_block']>

/** Opens the account if there is none, and locks it; of whichever workspace it is. */
export async function lockAccount(tx: Tx, accountId: string, workspaceId: string): Promise<AccountRow> {
  await tx
    .insertInto('usage_credit')
    .values({ account_id: accountId, workspace_id: workspaceId })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  return tx
    .selectFrom('usage_credit')
    .selectAll()
    .where('account_id', '=', accountId)
    .forUpdate()
    .executeTakeFirstOrThrow()
}

export async function selectAccount(db: Db, workspaceId: string, accountId: string): Promise<AccountRow | undefined> {
  return db
    .selectFrom('usage_credit')
    .selectAll()
    .where('account_id', '=', accountId)
    .where('workspace_id', '=', workspaceId)
    .executeTakeFirst()
}

export interface EntryToBook {
  readonly accountId: string
  readonly kind: CreditEntryKind
  readonly units: number
  readonly reference: string
  readonly note: string | null
  readonly endsAt: Date | null
}

/** Adds an entry to a locked account. @returns its number; undefined: there is not so much that is free */
export async function bookEntry(tx: Tx, entry: EntryToBook): Promise<number | undefined> {
  const { accountId, kind, units, reference, note, endsAt } = entry
  const { rows } = await sql<{ number: number | null }>`
    select usage_credit_book(${accountId}, ${kind}, ${units}, ${reference}, ${note}, ${endsAt}) as number`.execute(tx)
  return rows[0]?.number ?? undefined
}

export async function findEntry(
  db: Db,
  accountId: string,
  by: { readonly number: number } | { readonly kind: CreditEntryKind; readonly reference: string },
): Promise<EntryRow | undefined> {
  const query = db.selectFrom('usage_credit_entry').selectAll().where('account_id', '=', accountId)
  return (
    'number' in by
      ? query.where('number', '=', by.number)
      : query.where('kind', '=', by.kind).where('reference', '=', by.reference)
  ).executeTakeFirst()
}

/** Newest first. @param before an entry's number; undefined: from the newest */
export async function selectEntries(
  db: Db,
  accountId: string,
  page: { readonly before: number | undefined; readonly limit: number },
): Promise<readonly EntryRow[]> {
  let query = db.selectFrom('usage_credit_entry').selectAll().where('account_id', '=', accountId)
  if (page.before !== undefined) query = query.where('number', '<', page.before)
  return query.orderBy('number', 'desc').limit(page.limit).execute()
}

export async function selectBlocks(db: Db, accountId: string): Promise<readonly BlockRow[]> {
  return db
    .selectFrom('usage_credit_block')
    .selectAll()
    .where('account_id', '=', accountId)
    .orderBy('opened_at')
    .execute()
}

export async function noteSpends(tx: Tx, nodeId: string, spends: readonly CreditSpend[]): Promise<void> {
  const told = JSON.stringify(spends.map(({ block, units }) => [block, units]))
  await sql`select usage_credit_note(${nodeId}, ${told}::jsonb)`.execute(tx)
}

export async function settleBlocks(tx: Tx, nodeId: string): Promise<number> {
  const { rows } = await sql<{ count: number }>`select usage_credit_settle(${nodeId}) as count`.execute(tx)
  return rows[0]?.count ?? 0
}

/** Accounts with grants that have ended. */
export async function accountsWithEnded(db: Db, now: Date): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('usage_credit_grant')
    .select('account_id')
    .distinct()
    .where('ends_at', '<=', now)
    .orderBy('account_id')
    .limit(1_000)
    .execute()
  return rows.map((row) => row.account_id)
}

export async function expireGrants(tx: Tx, accountIds: readonly string[], now: Date): Promise<void> {
  await sql`select usage_credit_expire(${accountIds}::text[], ${now})`.execute(tx)
}
