/** What a key may be given: apis of its workspace, scopes from their catalogues, a bounded life. */
import { ClavigerError, type FieldProblem } from '@claviger/core'
import { beyondBounds } from '#identity'
import type { Db } from '#store'
import type { Caller } from './room.ts'
import { selectApi, type ApiRow } from './rows.ts'

export interface Grant {
  readonly apiIds: readonly string[]
  readonly scopes: readonly string[]
}

/**
 * Reads the apis of a grant and checks the scopes against their catalogues.
 *
 * @returns the apis, in the order asked for; the first gives the key its prefix
 * @throws ClavigerError `validation_failed` with a pointer for each thing that may not be granted
 */
export async function checkGrant(db: Db, workspaceId: string, grant: Grant): Promise<readonly ApiRow[]> {
  const errors: FieldProblem[] = []
  const apis: ApiRow[] = []
  for (const [index, id] of grant.apiIds.entries()) {
    const api = await selectApi(db, workspaceId, id)
    if (api === undefined)
      errors.push({ pointer: `/api_ids/${index}`, detail: `There is no api ${id} in this workspace.` })
    else apis.push(api)
  }
  const catalogue = new Set(apis.flatMap((api) => api.scopes))
  for (const [index, scope] of grant.scopes.entries()) {
    if (errors.length === 0 && !catalogue.has(scope)) {
      errors.push({ pointer: `/scopes/${index}`, detail: `None of the key's apis has the scope ${scope}.` })
    }
  }
  if (errors.length > 0) throw new ClavigerError('validation_failed', 'The key cannot be given this.', { errors })
  return apis
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
      `The workspace lets keys live for ${maxAgeSeconds} seconds at most: until ${new Date(latestMs).toISOString()}.`,
    )
  }
  return asked
}
