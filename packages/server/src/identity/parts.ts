/** What the data plane's decisions know of workspaces and apps. */
import type { AppPart, WorkspacePart } from '@claviger/core'
import { compileRow, type Db } from '#store'
import { policiesFromColumn } from '#usage'
import { selectAnyApp, selectAppOwners, selectWorkspace, shareApp, type AppRow } from './rows.ts'

/** An app before its plan is joined. */
export interface StoredApp extends Omit<AppPart, 'plan'> {
  readonly planId: string | undefined
}

/** Whatever the workspace; a deleted app comes out as disabled. Undefined: there never was one. @throws UnreadableRow */
export async function loadAppPart(db: Db, id: string): Promise<StoredApp | undefined> {
  const row = await selectAnyApp(db, id)
  return row === undefined ? undefined : compileRow(`app ${id}`, () => appPart(row))
}

export async function loadWorkspacePart(db: Db, id: string): Promise<WorkspacePart | undefined> {
  const row = await selectWorkspace(db, id)
  return row === undefined ? undefined : { id: row.id, disabledAtMs: row.disabled_at?.getTime() }
}

/** An app of this workspace that is not deleted. In a transaction it stays as it is until that ends. */
export async function findApp(db: Db, workspaceId: string, id: string): Promise<StoredApp | undefined> {
  const row = await shareApp(db, workspaceId, id)
  return row === undefined ? undefined : appPart(row)
}

/** App id → whoever owns the app. */
export async function appOwners(db: Db, appIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
  return new Map((await selectAppOwners(db, appIds)).map((row) => [row.id, row.owner]))
}

function appPart(row: AppRow): StoredApp {
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    name: row.name,
    owner: undefined,
    limits: policiesFromColumn(row.limits, { kind: 'app', id: row.id }),
    planId: row.plan_id ?? undefined,
    disabledAtMs: (row.disabled_at ?? row.deleted_at)?.getTime(),
  }
}
