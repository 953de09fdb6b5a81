/** Makes a key and its first secret. The secret is in the answer and nowhere else. */
import { ClavigerError, Secret, composeKey, makeId, makePublicId, type Restriction } from '@claviger/core'
import { appendEntry } from '#audit'
import { appendChange } from '#feed'
import type { Tx } from '#store'
import { limitsToColumn, type WireLimit } from '#usage'
import { ALL, boundedExpiry, checkBounds, checkGrant, checkLife } from './check-grant.ts'
import { checkRestrictions } from './check-restrictions.ts'
import { checkRoleBounds } from './check-roles.ts'
import { describeKey } from './describe-keys.ts'
import type { Key } from './key.ts'
import { longestLife } from './maximum.ts'
import { checkPlan } from './plans.ts'
import type { Caller, KeysRoom } from './room.ts'
import { insertKey, insertVersion, shareApis, type KeyRow, type VersionRow } from './rows.ts'

export interface NewKey {
  readonly name: string
  readonly appId: string
  /** Null: whoever owns the app. */
  readonly owner: string | null
  readonly tags: readonly string[]
  readonly apiIds: readonly string[]
  readonly environment: string
  readonly scopes: readonly string[]
  /** What they hold comes to its scopes, as they are at the moment. */
  readonly roleIds: readonly string[]
  /** Why it holds wildcards. */
  readonly grantReason: string | null
  readonly restrictions: readonly Restriction[]
  readonly limits: readonly WireLimit[]
  readonly planId: string | null
  readonly metadata: Readonly<Record<string, unknown>>
  readonly notBefore: Date | null
  /** Null: as the workspace has it. */
  readonly dormantAfterDays: number | null
  /** Null: the workspace's maximum age. */
  readonly expiresAt: Date | null
}

export interface IssuedKey {
  readonly key: Key
  readonly secret: Secret<string>
  /** Where the change stands in the feed. */
  readonly position: number
}

/** @throws ClavigerError `validation_failed`, `conflict` when the app is disabled */
export async function createKey(room: KeysRoom, caller: Caller, wanted: NewKey): Promise<IssuedKey> {
  checkBounds(caller, wanted)
  checkRestrictions(room, wanted.restrictions)
  return room.store.transaction(async (tx) => {
    const nowMs = room.nowMs()
    await findAppForKeys(room, tx, caller, wanted.appId)
    await shareApis(tx, caller.workspaceId, wanted.apiIds)
    const grant = { ...wanted, createdAt: new Date(nowMs), touched: ALL }
    const { apis, roles } = await checkGrant(tx, caller.workspaceId, grant)
    checkRoleBounds(caller, roles)
    await checkPlan(tx, caller.workspaceId, wanted.planId)
    const first = apis[0]
    if (first === undefined) throw new ClavigerError('validation_failed', 'A key is for at least one api.')
    const ageSeconds = await room.maxKeyAgeSeconds(tx, caller.workspaceId)
    const expiresAt = boundedExpiry(
      wanted.expiresAt,
      nowMs,
      nowMs,
      Math.min(ageSeconds, longestLife(apis) ?? ageSeconds),
    )
    checkLife(wanted.notBefore, expiresAt)
    const row = await insertKey(tx, {
      id: makeId('key', nowMs, room.seal.randomBytes(10)),
      workspace_id: caller.workspaceId,
      app_id: wanted.appId,
      name: wanted.name,
      owner: wanted.owner,
      tags: [...wanted.tags],
      prefix: first.prefix,
      environment: wanted.environment,
      api_ids: [...wanted.apiIds],
      scopes: [...wanted.scopes],
      role_ids: [...wanted.roleIds],
      grant_reason: wanted.grantReason,
      restrictions: JSON.stringify(wanted.restrictions),
      limits: limitsToColumn(wanted.limits),
      plan_id: wanted.planId,
      metadata: JSON.stringify(wanted.metadata),
      not_before: wanted.notBefore,
      expires_at: expiresAt,
      dormant_after_days: wanted.dormantAfterDays,
      awake_at: awakeFrom(wanted.notBefore, nowMs),
      created_by: caller.actor.id,
      created_at: new Date(nowMs),
      updated_at: new Date(nowMs),
    })
    const { version, secret } = await addVersion(room, tx, row, 1, nowMs)
    await appendEntry(tx, {
      workspaceId: caller.workspaceId,
      actor: caller.actor,
      operation: 'keys.create',
      outcome: 'success',
      status: 201,
      resource: { type: 'key', id: row.id },
      values: {
        name: wanted.name,
        app_id: wanted.appId,
        owner: wanted.owner,
        tags: wanted.tags,
        api_ids: wanted.apiIds,
        scopes: wanted.scopes,
        role_ids: wanted.roleIds,
        environment: wanted.environment,
        grant_reason: wanted.grantReason,
        restrictions: wanted.restrictions,
        limits: wanted.limits,
        plan_id: wanted.planId,
        expires_at: expiresAt.toISOString(),
        version: 1,
      },
    })
    const position = await appendChange(tx, {
      workspaceId: caller.workspaceId,
      kind: 'edit',
      subjectType: 'key',
      subjectId: row.id,
      detail: { public_ids: [version.public_id] },
    })
    return { key: await describeKey(tx, row), secret, position }
  })
}

/** @throws ClavigerError `validation_failed`, `conflict` when the app is disabled */
export async function findAppForKeys(room: KeysRoom, tx: Tx, caller: Caller, appId: string): Promise<void> {
  const app = await room.findApp(tx, caller.workspaceId, appId)
  if (app === undefined) {
    const detail = `There is no app ${appId} in this workspace.`
    throw new ClavigerError('validation_failed', detail, { errors: [{ pointer: '/app_id', detail }] })
  }
  if (app.disabledAtMs !== undefined)
    throw new ClavigerError('conflict', 'The app is disabled; enable it before it gets a key.')
}

/** Time without use counts from when the key can be used at all. */
export function awakeFrom(notBefore: Date | null, nowMs: number): Date {
  return new Date(Math.max(nowMs, notBefore?.getTime() ?? 0))
}

/** Makes one more secret of a key and stores its keyed hash. */
export async function addVersion(
  room: KeysRoom,
  tx: Tx,
  key: KeyRow,
  number: number,
  nowMs: number,
): Promise<{ readonly version: VersionRow; readonly secret: Secret<string> }> {
  const publicId = makePublicId(room.seal.randomBytes(24))
  const text = composeKey({
    prefix: key.prefix,
    environment: key.environment,
    publicId,
    secret: room.seal.randomBytes(32),
  })
  const { pepperVersion, digest } = room.seal.digest(text)
  const version = await insertVersion(tx, {
    id: makeId('ver', nowMs, room.seal.randomBytes(10)),
    key_id: key.id,
    number,
    public_id: publicId,
    last_four: text.slice(-4),
    pepper_version: pepperVersion,
    digest: Buffer.from(digest),
    created_at: new Date(nowMs),
  })
  return { version, secret: new Secret(text) }
}
