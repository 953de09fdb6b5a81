/**
 * What an operator with bounds may do to a key that may more than they could grant: take away, and nothing else. Whoever
 * gives such a key more life, or lets it in again, grants it as much as whoever mints it.
 */
import { ClavigerError } from '@claviger/core'
import { isDeepStrictEqual } from 'node:util'
import { areLimitsKept, limitsFromColumn } from '#usage'
import type { Tx } from '#store'
import { isBeyondCaller, type Held } from './beyond-caller.ts'
import { checkBounds } from './check-grant.ts'
import { checkRoleBounds, readRoles } from './check-roles.ts'
import type { KeyChange } from './key-change.ts'
import { restrictionsFromRow } from './restriction-schema.ts'
import type { Caller } from './room.ts'
import type { KeyRow } from './rows.ts'

/**
 * @param deed what the key would be given, as in "you may not …"
 * @throws ClavigerError `permission_missing` when the key may more than the caller could grant
 */
export async function refuseBeyond(
  tx: Tx,
  caller: Caller,
  row: Held & Pick<KeyRow, 'id'>,
  deed: string,
): Promise<void> {
  if (!(await isBeyondCaller(tx, caller, row))) return
  throw new ClavigerError(
    'permission_missing',
    `The key ${row.id} may more than your admin key may grant, so you may not ${deed}.`,
  )
}

/**
 * Whoever adds an api, a scope or a role grants the key as it is then: a scope counts at every api of the key. Taking away
 * is free.
 *
 * @throws ClavigerError `validation_failed` with a pointer for each api, scope and role that the caller may not grant;
 *   `permission_missing` for what gives a key more that is beyond the caller's bounds already
 */
export async function refuseWidening(
  tx: Tx,
  caller: Caller,
  row: KeyRow,
  { change, nowMs }: { readonly change: KeyChange; readonly nowMs: number },
): Promise<void> {
  const { apiIds = row.api_ids, scopes = row.scopes, roleIds = row.role_ids } = change
  const isMore =
    apiIds.some((id) => !row.api_ids.includes(id)) ||
    scopes.some((scope) => !row.scopes.includes(scope)) ||
    roleIds.some((id) => !row.role_ids.includes(id))
  if (isMore) {
    checkBounds(caller, { apiIds, scopes })
    return checkRoleBounds(caller, await readRoles(tx, row.workspace_id, roleIds))
  }
  const widened = widenedBy(row, change, nowMs)
  if (widened.length === 0) return
  // judged as it will be: who takes away what is too much may give life to the rest
  const held = { ...row, api_ids: [...apiIds], scopes: [...scopes], role_ids: [...roleIds] }
  await refuseBeyond(tx, caller, held, `change its ${widened.join(', ')} so`)
}

/** Members of the change, as on the wire, that let the key do what it may not do now. */
function widenedBy(row: KeyRow, change: KeyChange, nowMs: number): readonly string[] {
  const { restrictions, limits } = change
  const checks: readonly (readonly [string, boolean])[] = [
    ['expires_at', isLater(change.expiresAt, row.expires_at)],
    ['not_before', isEarlier(change.notBefore, row.not_before, nowMs)],
    ['disabled', change.disabled === false && row.disabled_at !== null],
    ['dormant_after_days', isLonger(change.dormantAfterDays, row.dormant_after_days)],
    [
      'restrictions',
      restrictions !== undefined &&
        restrictionsFromRow(row.restrictions).some((held) => held.mode !== 'shadow' && !isKept(restrictions, held)),
    ],
    ['limits', limits !== undefined && !areLimitsKept(limits, limitsFromColumn(row.limits))],
    ['plan_id', change.planId !== undefined && change.planId !== row.plan_id],
  ]
  return checks.flatMap(([name, isWider]) => (isWider ? [name] : []))
}

const isLater = (wanted: Date | undefined, held: Date | null): boolean =>
  wanted !== undefined && held !== null && wanted > held

/** A beginning that is past holds nobody back. */
const isEarlier = (wanted: Date | null | undefined, held: Date | null, nowMs: number): boolean =>
  wanted !== undefined && held !== null && held.getTime() > nowMs && (wanted === null || wanted < held)

/** What the workspace has, by null, may be anything. */
const isLonger = (wanted: number | null | undefined, held: number | null): boolean =>
  wanted !== undefined && wanted !== held && (wanted === null || held === null || wanted > held)

const isKept = (list: readonly unknown[], held: unknown): boolean => list.some((each) => isDeepStrictEqual(each, held))
