/** A workspace is a tenant: nothing crosses it. The first one is home to those who look after the installation. */
import { ClavigerError, makeId } from '@claviger/core'
import { appendEntry, type Actor } from '#audit'
import { appendChange } from '#feed'
import type { Db, Tx } from '#store'
import type { Caller, IdentityRoom, Target } from './room.ts'
import {
  insertWorkspace,
  lockWorkspace,
  selectHomeWorkspace,
  updateWorkspaceRow,
  workspaceNameTaken,
  type WorkspaceRow,
} from './rows.ts'

export const DEFAULT_MAX_KEY_AGE_SECONDS = 365 * 24 * 3600

export interface NewWorkspace {
  readonly name: string
  readonly maxKeyAgeSeconds: number
}

export interface WorkspaceChange {
  readonly name?: string | undefined
  readonly maxKeyAgeSeconds?: number | undefined
  readonly disabled?: boolean | undefined
}

/** Makes the first workspace of an empty installation. Several processes may start at once: one makes it. */
export async function ensureFirstWorkspace(
  room: IdentityRoom,
): Promise<{ readonly workspaceId: string; readonly created: boolean }> {
  const existing = await selectHomeWorkspace(room.store.db)
  if (existing !== undefined) return { workspaceId: existing.id, created: false }
  return room.store.transaction(async (tx) => {
    const row = await insertWorkspace(
      tx,
      newRow(room, { name: 'Main', maxKeyAgeSeconds: DEFAULT_MAX_KEY_AGE_SECONDS, isHome: true }),
    )
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
): Promise<WorkspaceRow> {
  return room.store.transaction(async (tx) => {
    const now = new Date(room.nowMs())
    const before = await lockWorkspace(tx, target.id)
    if (before === undefined) throw new ClavigerError('not_found', `There is no workspace ${target.id}.`)
    if (target.expectedRevision !== undefined && target.expectedRevision !== before.revision) {
      throw new ClavigerError(
        'precondition_failed',
        `The workspace is at revision ${before.revision} by now. Read it again.`,
      )
    }
    if (change.disabled === true && before.is_home) {
      throw new ClavigerError('conflict', 'The first workspace looks after the installation; it cannot be disabled.')
    }
    if (change.name !== undefined && (await workspaceNameTaken(tx, change.name, before.id)))
      throw nameTaken(change.name)
    const row = await updateWorkspaceRow(tx, before.id, {
      ...(change.name !== undefined && { name: change.name }),
      ...(change.maxKeyAgeSeconds !== undefined && { max_key_age_seconds: change.maxKeyAgeSeconds }),
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
    await appendChange(tx, {
      workspaceId: row.id,
      kind: disabledNow ? 'revocation' : 'edit',
      subjectType: 'workspace',
      subjectId: row.id,
      detail: disabledNow ? { disabled: true } : {},
    })
    return row
  })
}

/** The longest life of a key of the workspace, in seconds. @throws ClavigerError `not_found` */
export async function maxKeyAgeSeconds(db: Db, workspaceId: string): Promise<number> {
  const row = await db
    .selectFrom('identity_workspace')
    .select('max_key_age_seconds')
    .where('id', '=', workspaceId)
    .executeTakeFirst()
  if (row === undefined) throw new ClavigerError('not_found', `There is no workspace ${workspaceId}.`)
  return row.max_key_age_seconds
}

function newRow(room: IdentityRoom, wanted: NewWorkspace & { readonly isHome: boolean }) {
  const now = new Date(room.nowMs())
  return {
    id: makeId('wsp', now.getTime(), room.seal.randomBytes(10)),
    name: wanted.name,
    is_home: wanted.isHome,
    max_key_age_seconds: wanted.maxKeyAgeSeconds,
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
    values: { name: row.name, max_key_age_seconds: row.max_key_age_seconds },
  })
  await appendChange(tx, { workspaceId: row.id, kind: 'edit', subjectType: 'workspace', subjectId: row.id, detail: {} })
}

function nameTaken(name: string): ClavigerError {
  const detail = `There is a workspace named ${name} already.`
  return new ClavigerError('conflict', detail, { errors: [{ pointer: '/name', detail }] })
}
