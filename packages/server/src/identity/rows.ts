/** SQL of this room, with `rows-admin-keys.ts`; nobody else names its tables. */
import type { Insertable, Selectable, Updateable } from 'kysely'
import type { PageInput } from '#edge'
import { inPage, type Db, type Tables, type Tx } from '#store'

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

/** Locked against changes until the transaction ends, but not against others that only look. */
export async function shareApp(db: Db, workspaceId: string, id: string): Promise<AppRow | undefined> {
  return db
    .selectFrom('identity_app')
    .selectAll()
    .where('id', '=', id)
    .where('workspace_id', '=', workspaceId)
    .where('deleted_at', 'is', null)
    .forShare()
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
export async function selectApps(
  db: Db,
  workspaceId: string,
  filter: AppFilter,
  page: PageInput,
): Promise<readonly AppRow[]> {
  let query = db
    .selectFrom('identity_app')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('deleted_at', 'is', null)
  if (filter.name !== undefined) query = query.where('name', '=', filter.name)
  if (filter.owner !== undefined) query = query.where('owner', '=', filter.owner)
  return inPage(query, page).execute()
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

/** Ids of those that are not deleted. */
export async function appsOnPlan(db: Db, planId: string): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('identity_app')
    .select('id')
    .where('plan_id', '=', planId)
    .where('deleted_at', 'is', null)
    .execute()
  return rows.map(({ id }) => id)
}

/** Whoever owns each of these apps, deleted ones too. */
export async function selectAppOwners(
  db: Db,
  ids: readonly string[],
): Promise<readonly { readonly id: string; readonly owner: string }[]> {
  if (ids.length === 0) return []
  return db.selectFrom('identity_app').select(['id', 'owner']).where('id', 'in', ids).execute()
}

/** Deleted ones too. */
export async function selectAppIdsOfOwner(db: Db, workspaceId: string, owner: string): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('identity_app')
    .select('id')
    .where('workspace_id', '=', workspaceId)
    .where('owner', '=', owner)
    .execute()
  return rows.map((row) => row.id)
}

/** Apps of an owner that are neither deleted nor decommissioned, by id. */
export async function selectLivingAppsOfOwner(db: Db, workspaceId: string, owner: string): Promise<readonly AppRow[]> {
  return db
    .selectFrom('identity_app')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('owner', '=', owner)
    .where('deleted_at', 'is', null)
    .where('decommissioned_at', 'is', null)
    .orderBy('id')
    .execute()
}

/** Locked in the order of their ids: whoever gives one of them a key has committed, or waits. */
export async function lockApps(tx: Tx, workspaceId: string, ids: readonly string[]): Promise<readonly AppRow[]> {
  if (ids.length === 0) return []
  return tx
    .selectFrom('identity_app')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('id', 'in', ids)
    .where('deleted_at', 'is', null)
    .orderBy('id')
    .forUpdate()
    .execute()
}

// ── workspaces ───────────────────────────────────────────────────────────────────────────────────────────────────────

/** Undefined: the name, or the place of the first workspace, is taken. */
export async function insertWorkspace(
  db: Db,
  row: Insertable<Tables['identity_workspace']>,
): Promise<WorkspaceRow | undefined> {
  return db
    .insertInto('identity_workspace')
    .values(row)
    .onConflict((on) => on.doNothing())
    .returningAll()
    .executeTakeFirst()
}

export async function selectWorkspace(db: Db, id: string): Promise<WorkspaceRow | undefined> {
  return db.selectFrom('identity_workspace').selectAll().where('id', '=', id).executeTakeFirst()
}

export async function selectHomeWorkspace(db: Db): Promise<WorkspaceRow | undefined> {
  return db.selectFrom('identity_workspace').selectAll().where('is_home', '=', true).executeTakeFirst()
}

export async function selectDormancyRules(
  db: Db,
): Promise<readonly { readonly workspaceId: string; readonly dormantAfterDays: number }[]> {
  return db
    .selectFrom('identity_workspace')
    .select(['id as workspaceId', 'dormant_after_days as dormantAfterDays'])
    .where('dormant_after_days', 'is not', null)
    .$narrowType<{ dormantAfterDays: number }>()
    .execute()
}

export async function lockWorkspace(db: Db, id: string): Promise<WorkspaceRow | undefined> {
  return db.selectFrom('identity_workspace').selectAll().where('id', '=', id).forUpdate().executeTakeFirst()
}

export async function workspaceNameTaken(db: Db, name: string, exceptId: string): Promise<boolean> {
  const row = await db
    .selectFrom('identity_workspace')
    .select('id')
    .where((eb) => eb(eb.fn('lower', ['name']), '=', name.toLowerCase()))
    .where('id', '<>', exceptId)
    .executeTakeFirst()
  return row !== undefined
}

/** @param onlyId undefined: every workspace */
export async function selectWorkspaces(
  db: Db,
  onlyId: string | undefined,
  page: PageInput,
): Promise<readonly WorkspaceRow[]> {
  let query = db.selectFrom('identity_workspace').selectAll()
  if (onlyId !== undefined) query = query.where('id', '=', onlyId)
  return inPage(query, page).execute()
}

export async function updateWorkspaceRow(
  db: Db,
  id: string,
  change: Updateable<Tables['identity_workspace']>,
): Promise<WorkspaceRow> {
  return db
    .updateTable('identity_workspace')
    .set(change)
    .set((eb) => ({ revision: eb('revision', '+', 1) }))
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
}
