/** SQL of this room; nobody else names its tables. */
import type { PageInput } from '#edge'
import { inPage, type Db, type Tables, type Tx } from '#store'
import type { Insertable, Selectable, Updateable } from 'kysely'

export type RouteRow = Selectable<Tables['dataplane_route']>
export type ModelRow = Selectable<Tables['dataplane_model']>

export async function insertRoute(db: Db, row: Insertable<Tables['dataplane_route']>): Promise<RouteRow> {
  return db.insertInto('dataplane_route').values(row).returningAll().executeTakeFirstOrThrow()
}

export async function selectRoute(db: Db, workspaceId: string, id: string): Promise<RouteRow | undefined> {
  return db
    .selectFrom('dataplane_route')
    .selectAll()
    .where('id', '=', id)
    .where('workspace_id', '=', workspaceId)
    .executeTakeFirst()
}

/** Nobody else changes or deletes it until the transaction ends. */
export async function lockRoute(tx: Tx, workspaceId: string, id: string): Promise<RouteRow | undefined> {
  return tx
    .selectFrom('dataplane_route')
    .selectAll()
    .where('id', '=', id)
    .where('workspace_id', '=', workspaceId)
    .forUpdate()
    .executeTakeFirst()
}

export async function routeNameTaken(db: Db, name: string): Promise<boolean> {
  return (await db.selectFrom('dataplane_route').select('id').where('name', '=', name).executeTakeFirst()) !== undefined
}

export async function selectRoutes(db: Db, workspaceId: string, page: PageInput): Promise<readonly RouteRow[]> {
  const query = db.selectFrom('dataplane_route').selectAll().where('workspace_id', '=', workspaceId)
  return inPage(query, page).execute()
}

export async function updateRouteRow(
  db: Db,
  id: string,
  change: Updateable<Tables['dataplane_route']>,
): Promise<RouteRow> {
  return db
    .updateTable('dataplane_route')
    .set(change)
    .set((eb) => ({ revision: eb('revision', '+', 1) }))
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
}

export async function deleteRouteRow(tx: Tx, id: string): Promise<void> {
  await tx.deleteFrom('dataplane_route').where('id', '=', id).execute()
}

export async function insertModel(db: Db, row: Insertable<Tables['dataplane_model']>): Promise<ModelRow> {
  return db.insertInto('dataplane_model').values(row).returningAll().executeTakeFirstOrThrow()
}

export async function selectModel(db: Db, workspaceId: string, id: string): Promise<ModelRow | undefined> {
  return db
    .selectFrom('dataplane_model')
    .selectAll()
    .where('id', '=', id)
    .where('workspace_id', '=', workspaceId)
    .executeTakeFirst()
}

/** Nobody else changes or deletes it until the transaction ends. */
export async function lockModel(tx: Tx, workspaceId: string, id: string): Promise<ModelRow | undefined> {
  return tx
    .selectFrom('dataplane_model')
    .selectAll()
    .where('id', '=', id)
    .where('workspace_id', '=', workspaceId)
    .forUpdate()
    .executeTakeFirst()
}

export async function modelNameTaken(db: Db, workspaceId: string, name: string): Promise<boolean> {
  const row = await db
    .selectFrom('dataplane_model')
    .select('id')
    .where('workspace_id', '=', workspaceId)
    .where('name', '=', name)
    .executeTakeFirst()
  return row !== undefined
}

export async function selectModels(db: Db, workspaceId: string, page: PageInput): Promise<readonly ModelRow[]> {
  const query = db.selectFrom('dataplane_model').selectAll().where('workspace_id', '=', workspaceId)
  return inPage(query, page).execute()
}

export async function updateModelRow(
  db: Db,
  id: string,
  change: Updateable<Tables['dataplane_model']>,
): Promise<ModelRow> {
  return db
    .updateTable('dataplane_model')
    .set(change)
    .set((eb) => ({ revision: eb('revision', '+', 1) }))
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
}

export async function deleteModelRow(tx: Tx, id: string): Promise<void> {
  await tx.deleteFrom('dataplane_model').where('id', '=', id).execute()
}

// ── for the compiled tables: every workspace ─────────────────────────────────────────────────────────────────────────

export async function selectAllRoutes(db: Db): Promise<readonly RouteRow[]> {
  return db.selectFrom('dataplane_route').selectAll().execute()
}

export async function selectAllModels(db: Db): Promise<readonly ModelRow[]> {
  return db.selectFrom('dataplane_model').selectAll().execute()
}

export async function selectAnyRoute(db: Db, id: string): Promise<RouteRow | undefined> {
  return db.selectFrom('dataplane_route').selectAll().where('id', '=', id).executeTakeFirst()
}

export async function selectAnyModel(db: Db, id: string): Promise<ModelRow | undefined> {
  return db.selectFrom('dataplane_model').selectAll().where('id', '=', id).executeTakeFirst()
}
