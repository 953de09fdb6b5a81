/** An api is a thing protected: the prefix of its keys, its catalogue of scopes, what holds when the feed is lost. */
import { ClavigerError, makeId, type FeedLossPolicy } from '@claviger/core'
import { appendEntry } from '#audit'
import { atRevision, nameTaken } from '#edge'
import { appendChange, type Changed } from '#feed'
import { beyondBounds, isBounded, UNBOUNDED } from '#identity'
import { feedLossPolicy } from './compile.ts'
import { isNarrower, maximumFromRow, type Maximum } from './maximum.ts'
import { areLimitsKept, limitsFromColumn, limitsToColumn, type WireLimit } from '#usage'
import { refuseLooser } from './refuse-looser.ts'
import type { Caller, KeysRoom } from './room.ts'
import { countLivingKeysOfApi, insertApi, lockApi, selectApiByName, updateApiRow, type ApiRow } from './rows.ts'

export interface Api {
  readonly id: string
  readonly name: string
  readonly prefix: string
  readonly scopes: readonly string[]
  readonly onFeedLoss: FeedLossPolicy
  readonly maximum: Maximum | null
  readonly limits: readonly WireLimit[]
  readonly disabledAt: Date | null
  readonly createdAt: Date
  readonly updatedAt: Date
  readonly revision: number
}

export interface NewApi {
  readonly name: string
  readonly prefix: string
  readonly scopes: readonly string[]
  readonly onFeedLoss: FeedLossPolicy
  readonly maximum: Maximum | null
  readonly limits: readonly WireLimit[]
}

export interface ApiChange {
  readonly name?: string | undefined
  /** Replaces the catalogue. Scopes that keys still hold stay theirs; nobody new gets them. */
  readonly scopes?: readonly string[] | undefined
  readonly onFeedLoss?: FeedLossPolicy | undefined
  readonly maximum?: Maximum | null | undefined
  readonly limits?: readonly WireLimit[] | undefined
  readonly disabled?: boolean | undefined
}

export function apiFromRow(row: ApiRow): Api {
  return {
    id: row.id,
    name: row.name,
    prefix: row.prefix,
    scopes: row.scopes,
    onFeedLoss: feedLossPolicy(row.feed_loss_mode, row.feed_loss_max_stale_seconds),
    maximum: maximumFromRow(row.maximum),
    limits: limitsFromColumn(row.limits),
    disabledAt: row.disabled_at,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    revision: row.revision,
  }
}

/** @throws ClavigerError `conflict` when the workspace has an api of that name */
export async function createApi(room: KeysRoom, caller: Caller, wanted: NewApi): Promise<Api> {
  return room.store.transaction(async (tx) => {
    const now = new Date(room.nowMs())
    if ((await selectApiByName(tx, caller.workspaceId, wanted.name)) !== undefined)
      throw nameTaken('an api', wanted.name)
    const row = await insertApi(tx, {
      id: makeId('api', now.getTime(), room.seal.randomBytes(10)),
      workspace_id: caller.workspaceId,
      name: wanted.name,
      prefix: wanted.prefix,
      scopes: [...wanted.scopes],
      ...feedLossColumns(wanted.onFeedLoss),
      maximum: wanted.maximum === null ? null : JSON.stringify(wanted.maximum),
      limits: limitsToColumn(wanted.limits),
      created_at: now,
      updated_at: now,
    })
    await appendEntry(tx, {
      workspaceId: caller.workspaceId,
      actor: caller.actor,
      operation: 'apis.create',
      outcome: 'success',
      status: 201,
      resource: { type: 'api', id: row.id },
      values: {
        name: wanted.name,
        prefix: wanted.prefix,
        scopes: wanted.scopes,
        maximum: wanted.maximum,
        limits: wanted.limits,
      },
    })
    await appendChange(tx, {
      workspaceId: caller.workspaceId,
      kind: 'edit',
      subjectType: 'api',
      subjectId: row.id,
      detail: {},
    })
    return apiFromRow(row)
  })
}

/** @throws ClavigerError `permission_missing` for what loosens it for keys that are beyond the bounds of the caller */
export async function updateApi(
  room: KeysRoom,
  caller: Caller,
  target: { readonly apiId: string; readonly expectedRevision: number | undefined },
  change: ApiChange,
): Promise<Changed<Api>> {
  return room.store.transaction(async (tx) => {
    const now = new Date(room.nowMs())
    const before = atRevision(
      'api',
      target.apiId,
      await lockApi(tx, caller.workspaceId, target.apiId),
      target.expectedRevision,
    )
    if (change.name !== undefined && change.name !== before.name) {
      if ((await selectApiByName(tx, caller.workspaceId, change.name)) !== undefined)
        throw nameTaken('an api', change.name)
    }
    refuseWider(caller, before, change)
    await refuseLooser(tx, caller, { kind: 'api', id: before.id }, loosenedBy(before, change))
    const row = await updateApiRow(tx, before.id, {
      ...changedApiColumns(before, change, now),
      updated_at: now,
    })
    await appendEntry(tx, {
      workspaceId: caller.workspaceId,
      actor: caller.actor,
      operation: 'apis.update',
      outcome: 'success',
      status: 200,
      resource: { type: 'api', id: row.id },
      values: { ...change, changed: Object.keys(change) },
    })
    const disabledNow = row.disabled_at !== null && before.disabled_at === null
    const position = await appendChange(tx, {
      workspaceId: caller.workspaceId,
      kind: disabledNow ? 'revocation' : 'edit',
      subjectType: 'api',
      subjectId: row.id,
      detail: disabledNow ? { disabled: true } : {},
    })
    return { result: apiFromRow(row), position }
  })
}

/**
 * A wider maximum and a larger catalogue give more to keys that are out: who is bounded gives no more than it may grant.
 *
 * @throws ClavigerError `validation_failed`
 */
function refuseWider(caller: Caller, before: ApiRow, change: ApiChange): void {
  if (caller.operator === undefined || !isBounded(caller.operator.bounds)) return
  if (change.maximum !== undefined && !isNarrower(change.maximum, maximumFromRow(before.maximum))) {
    const detail = 'Your admin key has bounds: it may lower the maximum, and nothing else.'
    throw new ClavigerError('validation_failed', detail, { errors: [{ pointer: '/maximum', detail }] })
  }
  const added = (change.scopes ?? []).map((scope) => ({ scope, isNew: !before.scopes.includes(scope) }))
  const errors = added.flatMap(({ scope, isNew }, index) =>
    isNew
      ? beyondBounds(caller.operator?.bounds ?? UNBOUNDED, { apiIds: [before.id], scopes: [scope] }).map(
          ({ detail }) => ({
            pointer: `/scopes/${index}`,
            detail,
          }),
        )
      : [],
  )
  if (errors.length > 0) throw new ClavigerError('validation_failed', 'Your admin key may not give this.', { errors })
}

/** Members of the change, as on the wire, that let keys do what they may not do now. */
function loosenedBy(before: ApiRow, { limits, disabled, onFeedLoss }: ApiChange): readonly string[] {
  const servesLonger =
    onFeedLoss !== undefined &&
    staleMs(onFeedLoss) > staleMs(feedLossPolicy(before.feed_loss_mode, before.feed_loss_max_stale_seconds))
  return [
    ...(limits !== undefined && !areLimitsKept(limits, limitsFromColumn(before.limits)) ? ['limits'] : []),
    ...(disabled === false && before.disabled_at !== null ? ['disabled'] : []),
    ...(servesLonger ? ['on_feed_loss'] : []),
  ]
}

const staleMs = (policy: FeedLossPolicy): number => (policy.mode === 'deny' ? 0 : policy.maxStaleMs)

/** What a change makes of an api's row. Writes nothing. */
export function changedApiColumns(before: ApiRow, change: ApiChange, now: Date) {
  return {
    ...(change.name !== undefined && { name: change.name }),
    ...(change.scopes !== undefined && { scopes: [...change.scopes] }),
    ...(change.onFeedLoss !== undefined && feedLossColumns(change.onFeedLoss)),
    ...(change.maximum !== undefined && { maximum: change.maximum === null ? null : JSON.stringify(change.maximum) }),
    ...(change.limits !== undefined && { limits: limitsToColumn(change.limits) }),
    ...(change.disabled !== undefined && { disabled_at: change.disabled ? (before.disabled_at ?? now) : null }),
  }
}

/** @throws ClavigerError `conflict` while keys live on it */
export async function deleteApi(
  room: KeysRoom,
  caller: Caller,
  target: { readonly apiId: string; readonly expectedRevision: number | undefined },
): Promise<number> {
  const { apiId, expectedRevision } = target
  return room.store.transaction(async (tx) => {
    const now = new Date(room.nowMs())
    atRevision('api', apiId, await lockApi(tx, caller.workspaceId, apiId), expectedRevision)
    const living = await countLivingKeysOfApi(tx, apiId)
    if (living > 0)
      throw new ClavigerError('conflict', `${living} keys of this api are not revoked. Revoke them first.`)
    await updateApiRow(tx, apiId, { deleted_at: now, updated_at: now })
    await appendEntry(tx, {
      workspaceId: caller.workspaceId,
      actor: caller.actor,
      operation: 'apis.delete',
      outcome: 'success',
      status: 204,
      resource: { type: 'api', id: apiId },
    })
    return appendChange(tx, {
      workspaceId: caller.workspaceId,
      kind: 'revocation',
      subjectType: 'api',
      subjectId: apiId,
      detail: { deleted: true },
    })
  })
}

function feedLossColumns(policy: FeedLossPolicy) {
  return policy.mode === 'deny'
    ? { feed_loss_mode: 'deny' }
    : { feed_loss_mode: 'serve_known', feed_loss_max_stale_seconds: Math.round(policy.maxStaleMs / 1000) }
}
