/** SQL of this room: plans. */
import { sql, type Insertable, type Selectable, type Updateable } from 'kysely'
import type { PageInput } from '#edge'
import { inPage, type Db, type Tables, type Tx } from '#store'

export type PlanRow = Selectable<Tables['keys_plan']>

export async function insertPlan(tx: Tx, row: Insertable<Tables['keys_plan']>): Promise<PlanRow> {
  return tx.insertInto('keys_plan').values(row).returningAll().executeTakeFirstOrThrow()
}

export async function selectPlan(db: Db, workspaceId: string, id: string): Promise<PlanRow | undefined> {
  return planQuery(db, workspaceId, id).executeTakeFirst()
}

/** Nobody else changes or deletes it, or gives it to a key or an app, until the transaction ends. */
export async function lockPlan(tx: Tx, workspaceId: string, id: string): Promise<PlanRow | undefined> {
  return planQuery(tx, workspaceId, id).forUpdate().executeTakeFirst()
}

/** Whether the workspace has that plan; in a transaction it stays until that ends. */
export async function hasPlan(db: Db, workspaceId: string, id: string): Promise<boolean> {
  return (await planQuery(db, workspaceId, id).forShare().executeTakeFirst()) !== undefined
}

/** Those of the ids that are plans of the workspace; locked in one order, so that nobody waits in a circle. */
export async function plansAmong(tx: Tx, workspaceId: string, ids: readonly string[]): Promise<ReadonlySet<string>> {
  if (ids.length === 0) return new Set()
  const rows = await tx
    .selectFrom('keys_plan')
    .select('id')
    .where('workspace_id', '=', workspaceId)
    .where(sql<boolean>`id = any(${[...ids]}::text[])`)
    .orderBy('id')
    .forShare()
    .execute()
  return new Set(rows.map((row) => row.id))
}

/** For the data plane: whatever the workspace. */
export async function selectAnyPlan(db: Db, id: string): Promise<PlanRow | undefined> {
  return db.selectFrom('keys_plan').selectAll().where('id', '=', id).executeTakeFirst()
}

export async function planNameTaken(db: Db, workspaceId: string, name: string): Promise<boolean> {
  const row = await db
    .selectFrom('keys_plan')
    .select('id')
    .where('workspace_id', '=', workspaceId)
    .where('name', '=', name)
    .executeTakeFirst()
  return row !== undefined
}

export async function selectPlans(db: Db, workspaceId: string, page: PageInput): Promise<readonly PlanRow[]> {
  const query = db.selectFrom('keys_plan').selectAll().where('workspace_id', '=', workspaceId)
  return inPage(query, page).execute()
}

export async function updatePlanRow(tx: Tx, id: string, change: Updateable<Tables['keys_plan']>): Promise<PlanRow> {
  return tx
    .updateTable('keys_plan')
    .set(change)
    .set((eb) => ({ revision: eb('revision', '+', 1) }))
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
}

export async function deletePlanRow(tx: Tx, id: string): Promise<void> {
  await tx.deleteFrom('keys_plan').where('id', '=', id).execute()
}

/** Keys that may be used, or be used again, count; revoked ones do not. */
export async function countKeysOnPlan(db: Db, planId: string): Promise<number> {
  const row = await db
    .selectFrom('keys_key')
    .select((eb) => eb.fn.countAll<string>().as('count'))
    .where('plan_id', '=', planId)
    .where('revoked_at', 'is', null)
    .executeTakeFirstOrThrow()
  return Number(row.count)
}

const planQuery = (db: Db, workspaceId: string, id: string) =>
  db.selectFrom('keys_plan').selectAll().where('id', '=', id).where('workspace_id', '=', workspaceId)
