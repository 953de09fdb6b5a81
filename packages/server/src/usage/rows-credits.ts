/** SQL of the ledger of credits; the functions stand in the migration beside the tables. */
import { sql, type Selectable } from 'kysely'
import type { CreditEntryKind } from '@claviger/core'
import type { CreditSpend } from '@claviger/gateway'
import type { Db, Tables, Tx } from '#store'

export type AccountRow = Selectable<Tables['usage_credit']>
export type EntryRow = Selectable<Tables['usage_credit_entry']>
export type BlockRow = Selectable<Tables['usage_credit_block']>
export interface HeldBlockRow
  extends Pick<BlockRow, 'account_id' | 'number' | 'units' | 'spent'>, Pick<AccountRow, 'workspace_id'> {
  /** By the clock of the database. */
  readonly age_ms: number
}

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
  /** Number of the entry that this one is about. */
  readonly about: number | null
}

/** Adds an entry to a locked account. @returns its number; undefined: there is not so much that is free */
export async function bookEntry(tx: Tx, entry: EntryToBook): Promise<number | undefined> {
  const { accountId, kind, units, reference, note, endsAt, about } = entry
  const { rows } = await sql<{ number: number | null }>`
    select usage_credit_book(${accountId}, ${kind}, ${units}, ${reference}, ${note}, ${endsAt}, ${about}) as number`.execute(
    tx,
  )
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

/** What entries about that one have added to it so far; below 0: taken from it. */
export async function sumAbout(tx: Tx, accountId: string, number: number): Promise<number> {
  const row = await tx
    .selectFrom('usage_credit_entry')
    .select(({ fn }) => fn.sum<string | null>('units').as('units'))
    .where('account_id', '=', accountId)
    .where('about', '=', number)
    .executeTakeFirstOrThrow()
  return Number(row.units ?? 0)
}

/** A grant that ends was corrected: so much more, or less, of it is left to expire; never less than nothing. */
export async function changeEndingGrant(
  tx: Tx,
  grant: { readonly accountId: string; readonly number: number; readonly endsAt: Date },
  units: number,
): Promise<void> {
  const { accountId, number, endsAt } = grant
  if (units > 0) {
    await sql`
      insert into usage_credit_grant as held (account_id, number, ends_at, units) values (${accountId}, ${number}, ${endsAt}, ${units})
          on conflict (account_id, number) do update set units = held.units + excluded.units`.execute(tx)
    return
  }
  const of = sql`account_id = ${accountId} and number = ${number}`
  await sql`delete from usage_credit_grant where ${of} and units <= ${-units}`.execute(tx)
  await sql`update usage_credit_grant set units = units - ${-units} where ${of}`.execute(tx)
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

/** Keeps a node from drawing until the end of the transaction. Comes before the row of any account. */
export async function lockNode(tx: Tx, nodeId: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended('claviger.usage_credit_node:' || ${nodeId}, 0))`.execute(tx)
}

/** What a node holds, by account; the accounts are locked. */
export async function lockBlocksOf(tx: Tx, nodeId: string): Promise<readonly HeldBlockRow[]> {
  const held = tx.selectFrom('usage_credit_block').where('node_id', '=', nodeId)
  await tx
    .selectFrom('usage_credit')
    .select('account_id')
    .where('account_id', 'in', held.select('account_id'))
    .orderBy('account_id')
    .forUpdate()
    .execute()
  // A statement of its own, after the locks are held: what was waited for is past.
  return tx
    .selectFrom('usage_credit_block as block')
    .innerJoin('usage_credit as credit', 'credit.account_id', 'block.account_id')
    .select(['block.account_id', 'credit.workspace_id', 'block.number', 'block.units', 'block.spent'])
    .select(sql<number>`(extract(epoch from clock_timestamp() - block.opened_at) * 1000)::float8`.as('age_ms'))
    .where('block.node_id', '=', nodeId)
    .orderBy('block.account_id')
    .execute()
}

/** Takes all units of these blocks of a node for spent. */
export async function noteAllSpent(tx: Tx, nodeId: string, numbers: readonly number[]): Promise<void> {
  await tx
    .updateTable('usage_credit_block')
    .set((eb) => ({ spent: eb.ref('units') }))
    .where('node_id', '=', nodeId)
    .where(sql<boolean>`number = any(${[...numbers]}::bigint[])`)
    .execute()
}

/** Books what these blocks are known to have spent, and frees the rest. Their accounts are locked. */
export async function settleBlocks(tx: Tx, nodeId: string, numbers: readonly number[]): Promise<void> {
  await sql`
    select usage_credit_close(held.account_id, ${nodeId}, held.number, held.spent)
      from (select account_id, number, spent from usage_credit_block
             where node_id = ${nodeId} and number = any(${[...numbers]}::bigint[]) order by number) held`.execute(tx)
}

/** The same for all blocks of a node that has ended for good: what it draws from now on is refused. */
export async function endBlocks(tx: Tx, nodeId: string): Promise<number> {
  const { rows } = await sql<{ count: number }>`select usage_credit_end(${nodeId}) as count`.execute(tx)
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

/** What was booked at or after an instant and is no spend; oldest first. */
export async function selectEntriesSince(
  db: Db,
  accountId: string,
  since: Date,
  limit: number,
): Promise<readonly Pick<EntryRow, 'at' | 'units'>[]> {
  return db
    .selectFrom('usage_credit_entry')
    .select(['at', 'units'])
    .where('account_id', '=', accountId)
    .where('kind', '!=', 'spend')
    .where('at', '>=', since)
    .orderBy('number')
    .limit(limit)
    .execute()
}
