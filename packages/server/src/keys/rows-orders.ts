/** SQL of this room: orders on many keys. */
import { sql, type Insertable, type Selectable, type Updateable } from 'kysely'
import type { PageInput } from '#edge'
import { inPage, type Db, type Tables, type Tx } from '#store'
import type { ResolvedFilter } from './key-filter.ts'
import { matching } from './rows-filter.ts'
import type { KeyRow } from './rows.ts'

export type OrderRow = Selectable<Tables['keys_order']>

export async function insertOrder(tx: Tx, row: Insertable<Tables['keys_order']>): Promise<OrderRow> {
  return tx.insertInto('keys_order').values(row).returningAll().executeTakeFirstOrThrow()
}

export async function updateOrder(db: Db, id: string, change: Updateable<Tables['keys_order']>): Promise<OrderRow> {
  return db.updateTable('keys_order').set(change).where('id', '=', id).returningAll().executeTakeFirstOrThrow()
}

/** Puts the keys that the filter means now, and that are not revoked, into the order; those that are in it stay. */
export async function freezeKeys(tx: Tx, orderId: string, filter: ResolvedFilter): Promise<void> {
  await tx
    .insertInto('keys_order_item')
    .columns(['order_id', 'key_id'])
    .expression(
      tx
        .selectFrom('keys_key')
        .select((eb) => [eb.val(orderId).as('order_id'), 'id as key_id'])
        .where(matching({ ...filter, revoked: false })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

/** How many keys are left in an order, and a digest of which ones. */
export async function digestItems(
  db: Db,
  orderId: string,
): Promise<{ readonly count: number; readonly digest: string }> {
  const { rows } = await sql<{ count: number; digest: string }>`
    select count(*)::integer as count,
           encode(sha256(convert_to(coalesce(string_agg(key_id, ',' order by key_id), ''), 'UTF8')), 'hex') as digest
      from keys_order_item where order_id = ${orderId}`.execute(db)
  const [row] = rows
  if (row === undefined) throw new Error('an aggregate answered nothing')
  return row
}

/** The newest keys of an order. */
export async function sampleKeys(db: Db, orderId: string, limit: number): Promise<readonly KeyRow[]> {
  return db
    .selectFrom('keys_order_item as item')
    .innerJoin('keys_key as key', 'key.id', 'item.key_id')
    .selectAll('key')
    .where('item.order_id', '=', orderId)
    .orderBy('item.key_id', 'desc')
    .limit(limit)
    .execute()
}

export async function lockOrderByConfirm(tx: Tx, workspaceId: string, confirm: string): Promise<OrderRow | undefined> {
  return tx
    .selectFrom('keys_order')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('confirm', '=', confirm)
    .forUpdate()
    .executeTakeFirst()
}

export async function selectOrder(db: Db, id: string): Promise<OrderRow | undefined> {
  return db.selectFrom('keys_order').selectAll().where('id', '=', id).executeTakeFirst()
}

export async function selectOrders(db: Db, workspaceId: string, page: PageInput): Promise<readonly OrderRow[]> {
  const query = db
    .selectFrom('keys_order')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('state', '<>', 'previewed')
  return inPage(query, page).execute()
}

export async function selectRunningOrders(db: Db): Promise<readonly OrderRow[]> {
  return db.selectFrom('keys_order').selectAll().where('state', '=', 'running').orderBy('id').execute()
}

/**
 * Takes keys out of the order, those behind `after`: what was taken before need not be passed over again. Those that
 * another process has in hand are left to it.
 */
export async function takeItems(
  tx: Tx,
  orderId: string,
  { after, limit }: { readonly after: string; readonly limit: number },
): Promise<readonly string[]> {
  const rows = await tx
    .deleteFrom('keys_order_item')
    .where('order_id', '=', orderId)
    .where('key_id', 'in', (eb) =>
      eb
        .selectFrom('keys_order_item')
        .select('key_id')
        .where('order_id', '=', orderId)
        .where('key_id', '>', after)
        .orderBy('key_id')
        .limit(limit)
        .forUpdate()
        .skipLocked(),
    )
    .returning('key_id')
    .execute()
  return rows.map((row) => row.key_id).toSorted()
}

/** Revokes those of the keys that are not revoked, in one order of locks. @returns which were */
export async function revokeKeyRows(
  tx: Tx,
  ids: readonly string[],
  change: { readonly now: Date; readonly reason: string | null },
): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`
    update keys_key set revoked_at = ${change.now}, revoke_reason = ${change.reason}, updated_at = ${change.now},
                        revision = revision + 1
     where id in (select id from keys_key where id = any(${ids}::text[]) and revoked_at is null order by id for update)
    returning id`.execute(tx)
  return rows.map((row) => row.id).toSorted()
}

export interface Progress {
  readonly revoked: number
  readonly skipped: number
  readonly position: number
}

export async function advanceOrder(tx: Tx, id: string, { revoked, skipped, position }: Progress): Promise<void> {
  await tx
    .updateTable('keys_order')
    .set((eb) => ({
      keys_revoked: eb('keys_revoked', '+', revoked),
      keys_skipped: eb('keys_skipped', '+', skipped),
      position: eb.fn<number>('greatest', ['position', eb.val(position)]),
    }))
    .where('id', '=', id)
    .execute()
}

/** Marks the order as done, unless keys of it are left, in whoever's hands. @returns whether it is done */
export async function finishOrder(tx: Tx, id: string, now: Date): Promise<boolean> {
  const row = await tx
    .selectFrom('keys_order_item')
    .select('key_id')
    .where('order_id', '=', id)
    .limit(1)
    .executeTakeFirst()
  if (row !== undefined) return false
  await tx
    .updateTable('keys_order')
    .set({ state: 'done', finished_at: now })
    .where('id', '=', id)
    .where('state', '=', 'running')
    .execute()
  return true
}

/** @returns how many previews went that nobody confirmed in time */
export async function deleteVoidPreviews(db: Db, now: Date): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('keys_order')
    .where('state', '=', 'previewed')
    .where('expires_at', '<=', now)
    .executeTakeFirst()
  return Number(numDeletedRows)
}
