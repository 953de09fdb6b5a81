/** SQL of this room; nobody else names its tables. */
import type { Insertable, Selectable, Updateable } from 'kysely'
import { instantPlace, type PageInput } from '#edge'
import type { Db, Tables } from '#store'

export type WorkspaceRow = Selectable<Tables['identity_workspace']>
export type AppRow = Selectable<Tables['identity_app']>

// ── apps ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

export async function insertApp(db: Db, row: Insertable<Tables['identity_app']>): Promise<AppRow> {
  return db.insertInto('identity_app').values(row).returningAll().executeTakeFirstOrThrow()
}

export async function selectApp(db: Db, workspaceId: string, id: string): Promise<AppRow | undefined> {
  return db
    .selectFrom('identity_app')
    .selectAll()
    .where('id', '=', id)
    .where('workspace_id', '=', workspaceId)
    .where('deleted_at', 'is', null)
    .executeTakeFirst()
}

/** For the data plane: whatever the workspace, deleted ones too (a key may still name one). */
export async function selectAnyApp(db: Db, id: string): Promise<AppRow | undefined> {
  return db.selectFrom('identity_app').selectAll().where('id', '=', id).executeTakeFirst()
}

export async function lockApp(db: Db, workspaceId: string, id: string): Promise<AppRow | undefined> {
  return db
    .selectFrom('identity_app')
    .selectAll()
    .where('id', '=', id)
    .where('workspace_id', '=', workspaceId)
    .where('deleted_at', 'is', null)
    .forUpdate()
    .executeTakeFirst()
}

export async function appNameTaken(db: Db, workspaceId: string, name: string): Promise<boolean> {
  const row = await db
    .selectFrom('identity_app')
    .select('id')
    .where('workspace_id', '=', workspaceId)
    .where((eb) => eb(eb.fn('lower', ['name']), '=', name.toLowerCase()))
    .where('deleted_at', 'is', null)
    .executeTakeFirst()
  return row !== undefined
}

export interface AppFilter {
  readonly name: string | undefined
  readonly owner: string | undefined
}

/** One row more than the page, to tell whether there is another page. */
export async function selectApps(db: Db, workspaceId: string, filter: AppFilter, page: PageInput): Promise<readonly AppRow[]> {
  const direction = page.order === 'ascending' ? 'asc' : 'desc'
  let query = db.selectFrom('identity_app').selectAll().where('workspace_id', '=', workspaceId).where('deleted_at', 'is', null)
  if (filter.name !== undefined) query = query.where('name', '=', filter.name)
  if (filter.owner !== undefined) query = query.where('owner', '=', filter.owner)
  const after = instantPlace(page)
  if (after !== undefined) {
    const beyond = page.order === 'ascending' ? '>' : '<'
    query = query.where((eb) => eb(eb.refTuple('created_at', 'id'), beyond, eb.tuple(after.createdAt, after.id)))
  }
  return query.orderBy('created_at', direction).orderBy('id', direction).limit(page.limit + 1).execute()
}

export async function updateAppRow(db: Db, id: string, change: Updateable<Tables['identity_app']>): Promise<AppRow> {
  return db
    .updateTable('identity_app')
    .set(change)
    .set((eb) => ({ revision: eb('revision', '+', 1) }))
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
}
