/** A workspace is a tenant: nothing crosses it. The first one is home to those who look after the installation. */
import { ClavigerError, makeId } from '@claviger/core'
import { appendEntry, type Actor } from '#audit'
import { atRevision, found } from '#edge'
import { appendChange, type Changed } from '#feed'
import type { Db, Tx } from '#store'
import type { Caller, IdentityRoom, Target } from './room.ts'
import {
  insertWorkspace,
  lockWorkspace,
  selectDormancyRules,
  selectHomeWorkspace,
  selectWorkspace,
  updateWorkspaceRow,
  workspaceNameTaken,
  type WorkspaceRow,
} from './rows.ts'

export const DEFAULT_MAX_KEY_AGE_SECONDS = 365 * 24 * 3600

export const DEFAULT_RESTORE_WINDOW_DAYS = 30

/** What holds for all keys of a workspace. */
export interface KeyRules {
  /** No key lives longer. */
  readonly maxKeyAgeSeconds: number
  /** A key that is not used for so long sleeps, unless it says otherwise; null: never. */
  readonly dormantAfterDays: number | null
  /** A deleted key can be restored for so long. */
  readonly restoreWindowDays: number
}

export interface NewWorkspace extends KeyRules {
  readonly name: string
}

export interface WorkspaceChange {
  readonly name?: string | undefined
  readonly maxKeyAgeSeconds?: number | undefined
  readonly dormantAfterDays?: number | null | undefined
  readonly restoreWindowDays?: number | undefined
  readonly disabled?: boolean | undefined
}

const DEFAULT_KEY_RULES: KeyRules = {
  maxKeyAgeSeconds: DEFAULT_MAX_KEY_AGE_SECONDS,
  dormantAfterDays: null,
  restoreWindowDays: DEFAULT_RESTORE_WINDOW_DAYS,
}

/** Makes the first workspace of an empty installation. Several processes may start at once: one makes it. */
export async function ensureFirstWorkspace(
  room: IdentityRoom,
): Promise<{ readonly workspaceId: string; readonly created: boolean }> {
  const existing = await selectHomeWorkspace(room.store.db)
  if (existing !== undefined) return { workspaceId: existing.id, created: false }
  return room.store.transaction(async (tx) => {
    const row = await insertWorkspace(tx, newRow(room, { name: 'Main', ...DEFAULT_KEY_RULES, isHome: true }))
    if (row === undefined) {
      const other = await selectHomeWorkspace(tx)
      if (other === undefined) throw new Error('the first workspace could neither be made nor found')
      return { workspaceId: other.id, created: false }
    }
    await announceNew(room, tx, { type: 'system', id: 'first-start' }, row)
    return { workspaceId: row.id, created: true }
  })
}

/** @throws ClavigerError `conflict` when there is a workspace of that name */
export async function createWorkspace(
  room: IdentityRoom,
  tx: Tx,
  caller: Caller,
  wanted: NewWorkspace,
): Promise<WorkspaceRow> {
  const row = await insertWorkspace(tx, newRow(room, { ...wanted, isHome: false }))
  if (row === undefined) throw nameTaken(wanted.name)
  await announceNew(room, tx, caller.actor, row)
  return row
}

/**
 * Disabling a workspace refuses all its keys and admin keys, and cuts its open streams.
 *
 * @throws ClavigerError `not_found`, `precondition_failed`, `conflict`
 */
export async function updateWorkspace(
  room: IdentityRoom,
  caller: Caller,
  target: Target,
  change: WorkspaceChange,
): Promise<Changed<WorkspaceRow>> {
  return room.store.transaction(async (tx) => {
    const now = new Date(room.nowMs())
    const before = atRevision('workspace', target.id, await lockWorkspace(tx, target.id), target.expectedRevision)
    if (change.disabled === true && before.is_home) {
      throw new ClavigerError('conflict', 'The first workspace looks after the installation; it cannot be disabled.')
    }
    if (change.name !== undefined && (await workspaceNameTaken(tx, change.name, before.id)))
      throw nameTaken(change.name)
    const row = await updateWorkspaceRow(tx, before.id, {
      ...(change.name !== undefined && { name: change.name }),
      ...(change.maxKeyAgeSeconds !== undefined && { max_key_age_seconds: change.maxKeyAgeSeconds }),
      ...(change.dormantAfterDays !== undefined && { dormant_after_days: change.dormantAfterDays }),
      ...(change.restoreWindowDays !== undefined && { restore_window_days: change.restoreWindowDays }),
      ...(change.disabled !== undefined && { disabled_at: change.disabled ? (before.disabled_at ?? now) : null }),
      updated_at: now,
    })
    await appendEntry(tx, {
      workspaceId: row.id,
      actor: caller.actor,
      operation: 'workspaces.update',
      outcome: 'success',
      status: 200,
      resource: { type: 'workspace', id: row.id },
      values: { ...change, changed: Object.keys(change) },
    })
    const disabledNow = row.disabled_at !== null && before.disabled_at === null
    const position = await appendChange(tx, {
      workspaceId: row.id,
      kind: disabledNow ? 'revocation' : 'edit',
      subjectType: 'workspace',
      subjectId: row.id,
      detail: disabledNow ? { disabled: true } : {},
    })
    return { result: row, position }
  })
}

/** What holds for the keys of the workspace. @throws ClavigerError `not_found` */
export async function keyRules(db: Db, workspaceId: string): Promise<KeyRules> {
  const row = found('workspace', workspaceId, await selectWorkspace(db, workspaceId))
  return {
    maxKeyAgeSeconds: row.max_key_age_seconds,
    dormantAfterDays: row.dormant_after_days,
    restoreWindowDays: row.restore_window_days,
  }
}

/** The longest life of a key of the workspace, in seconds. @throws ClavigerError `not_found` */
export async function maxKeyAgeSeconds(db: Db, workspaceId: string): Promise<number> {
  return (await keyRules(db, workspaceId)).maxKeyAgeSeconds
}

/** Workspaces whose keys sleep after so many days without use, unless a key says otherwise. */
export async function dormancyRules(
  db: Db,
): Promise<readonly { readonly workspaceId: string; readonly dormantAfterDays: number }[]> {
  return selectDormancyRules(db)
}

function newRow(room: IdentityRoom, wanted: NewWorkspace & { readonly isHome: boolean }) {
  const now = new Date(room.nowMs())
  return {
    id: makeId('wsp', now.getTime(), room.seal.randomBytes(10)),
    name: wanted.name,
    is_home: wanted.isHome,
    max_key_age_seconds: wanted.maxKeyAgeSeconds,
    dormant_after_days: wanted.dormantAfterDays,
    restore_window_days: wanted.restoreWindowDays,
    created_at: now,
    updated_at: now,
  }
}

async function announceNew(room: IdentityRoom, tx: Tx, actor: Actor, row: WorkspaceRow): Promise<void> {
  await room.seal.ensureWorkspace(tx, row.id)
  await appendEntry(tx, {
    workspaceId: row.id,
    actor,
    operation: 'workspaces.create',
    outcome: 'success',
    status: 201,
    resource: { type: 'workspace', id: row.id },
    values: {
      name: row.name,
      max_key_age_seconds: row.max_key_age_seconds,
      dormant_after_days: row.dormant_after_days,
      restore_window_days: row.restore_window_days,
    },
  })
  await appendChange(tx, { workspaceId: row.id, kind: 'edit', subjectType: 'workspace', subjectId: row.id, detail: {} })
}

function nameTaken(name: string): ClavigerError {
  const detail = `There is a workspace named ${name} already.`
  return new ClavigerError('conflict', detail, { errors: [{ pointer: '/name', detail }] })
}
