/** What a key may be given: apis and roles of its workspace, scopes from their catalogues, a bounded life. */
import {
  ClavigerError,
  compileScopes,
  isPattern,
  scopeFault,
  type FieldProblem,
  type Restriction,
} from '@claviger/core'
import { beyondBounds } from '#identity'
import type { Db } from '#store'
import { rolesOverMaximum, readRoles, wildcardOfRoles } from './check-roles.ts'
import { concerns, lifeOverMaximum, restrictionsUnderMaximum, scopesOverMaximum } from './maximum.ts'
import type { Caller } from './room.ts'
import type { RoleRow } from './rows-roles.ts'
import { selectApi, type ApiRow } from './rows.ts'

export interface Grant {
  readonly apiIds: readonly string[]
  readonly scopes: readonly string[]
  readonly roleIds: readonly string[]
  /** Why it holds wildcards. */
  readonly grantReason: string | null
  readonly restrictions: readonly Restriction[]
  readonly createdAt: Date
  /** As asked for; null: nothing was asked for. */
  readonly expiresAt: Date | null
  /** What is new of it: taking something away is free, whatever else the key has too much of. */
  readonly touched: ReadonlySet<GrantPart>
}

export interface Granted {
  readonly apis: readonly ApiRow[]
  readonly roles: readonly RoleRow[]
}

type GrantPart = 'apis' | 'scopes' | 'roles' | 'reason' | 'restrictions' | 'life'

export const ALL: ReadonlySet<GrantPart> = new Set(['apis', 'scopes', 'roles', 'reason', 'restrictions', 'life'])

/**
 * Reads the apis and roles of a grant and checks the scopes against the apis' catalogues and maxima. In a transaction the
 * roles stay as they are until that ends.
 *
 * @returns the apis, in the order asked for, of which the first gives the key its prefix; and the roles
 * @throws ClavigerError `validation_failed` with a pointer for each thing that may not be granted
 */
export async function checkGrant(db: Db, workspaceId: string, grant: Grant): Promise<Granted> {
  const roles = await readRoles(db, workspaceId, grant.roleIds)
  const errors: FieldProblem[] = []
  const apis: ApiRow[] = []
  for (const [index, id] of grant.apiIds.entries()) {
    const api = await selectApi(db, workspaceId, id)
    if (api === undefined)
      errors.push({ pointer: `/api_ids/${index}`, detail: `There is no api ${id} in this workspace.` })
    else apis.push(api)
  }
  if (errors.length === 0) {
    const isTouched = (...parts: readonly GrantPart[]): boolean => parts.some((part) => grant.touched.has(part))
    if (isTouched('apis', 'scopes')) {
      errors.push(
        ...scopesBeyondCatalogue(apis, grant.scopes),
        ...scopesOverMaximum(apis, grant.scopes, (index) => `/scopes/${index}`),
      )
    }
    if (isTouched('apis', 'roles')) errors.push(...rolesOverMaximum(apis, roles))
    if (isTouched('scopes', 'roles', 'reason', 'life')) errors.push(...wildcardProblems(grant, roles))
    if (isTouched('apis', 'restrictions')) errors.push(...restrictionsUnderMaximum(apis, grant.restrictions))
    if (isTouched('apis', 'life') && grant.expiresAt !== null)
      errors.push(...lifeOverMaximum(apis, grant.createdAt, grant.expiresAt))
  }
  if (errors.length > 0) throw new ClavigerError('validation_failed', 'The key cannot be given this.', { errors })
  return { apis, roles }
}

function scopesBeyondCatalogue(apis: readonly ApiRow[], scopes: readonly string[]): readonly FieldProblem[] {
  const catalogue = apis.flatMap((api) => api.scopes)
  const held = compileScopes(catalogue)
  return scopes.flatMap((scope, index) => {
    const pointer = `/scopes/${index}`
    const fault = isPattern(scope) ? scopeFault(scope) : undefined
    if (fault !== undefined) return [{ pointer, detail: fault }]
    if (catalogue.includes(scope) || held.covers(scope) || (isPattern(scope) && concerns(scope, catalogue))) return []
    return [{ pointer, detail: `None of the key's apis has the scope ${scope}.` }]
  })
}

/** A wildcard grants what nobody has thought of yet, so it has to be said why and until when. */
function wildcardProblems(
  { scopes, grantReason, expiresAt }: Grant,
  roles: readonly RoleRow[],
): readonly FieldProblem[] {
  const wildcard = scopes.find(isPattern) ?? wildcardOfRoles(roles)
  if (wildcard === undefined) return []
  const needs = (pointer: string, what: string): FieldProblem => ({
    pointer,
    detail: `The wildcard ${wildcard} needs ${what}.`,
  })
  return [
    ...(grantReason === null ? [needs('/grant_reason', 'a reason')] : []),
    ...(expiresAt === null ? [needs('/expires_at', 'an expiry')] : []),
  ]
}

/**
 * A minted key never exceeds its minter.
 *
 * @throws ClavigerError `validation_failed` with a pointer for each api and scope that the caller may not grant
 */
export function checkBounds({ operator }: Caller, granted: Pick<Grant, 'apiIds' | 'scopes'>): void {
  const errors = operator === undefined ? [] : beyondBounds(operator.bounds, granted)
  if (errors.length > 0)
    throw new ClavigerError('validation_failed', 'Your admin key may not grant all of this.', { errors })
}

/** @throws ClavigerError `validation_failed` for a key that would never be valid */
export function checkLife(notBefore: Date | null, expiresAt: Date | null): void {
  if (notBefore === null || expiresAt === null || notBefore < expiresAt) return
  const detail = `The key would never be valid: it expires at ${expiresAt.toISOString()}.`
  throw new ClavigerError('validation_failed', detail, { errors: [{ pointer: '/not_before', detail }] })
}

/**
 * The end of a key's life: as asked, or the workspace's maximum age when nothing was asked.
 *
 * @throws ClavigerError `validation_failed` when it lies in the past or beyond the maximum age
 */
export function boundedExpiry(
  asked: Date | null | undefined,
  createdAtMs: number,
  nowMs: number,
  maxAgeSeconds: number,
): Date {
  const latestMs = createdAtMs + maxAgeSeconds * 1000
  if (asked === null || asked === undefined) return new Date(latestMs)
  const refuse = (detail: string): never => {
    throw new ClavigerError('validation_failed', detail, { errors: [{ pointer: '/expires_at', detail }] })
  }
  if (asked.getTime() <= nowMs) return refuse('The expiry lies in the past.')
  if (asked.getTime() > latestMs) {
    return refuse(
      `The workspace, or the maximum of the apis, lets keys live for ${maxAgeSeconds} seconds at most: until ${new Date(latestMs).toISOString()}.`,
    )
  }
  return asked
}
