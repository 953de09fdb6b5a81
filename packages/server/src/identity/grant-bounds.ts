/**
 * What somebody may give to others: a minted key never exceeds its minter. Bounds are apis and scopes; who has none may
 * give whatever there is.
 */
import { compileScopes, type FieldProblem } from '@claviger/core'
import type { GrantBounds } from '#edge'

export const UNBOUNDED: GrantBounds = Object.freeze({ apiIds: undefined, scopes: undefined })

export interface Granted {
  readonly apiIds: readonly string[]
  readonly scopes: readonly string[]
}

/** Is all that `wanted` means (a scope, or a pattern of scopes) meant by what is held? */
export function covers(held: readonly string[], wanted: string): boolean {
  return compileScopes(held).covers(wanted)
}

export function isBounded({ apiIds, scopes }: GrantBounds): boolean {
  return apiIds !== undefined || scopes !== undefined
}

/** Everything in a grant that lies beyond the bounds, with its pointer into the request. */
export function beyondBounds(bounds: GrantBounds, granted: Granted): readonly FieldProblem[] {
  const { apiIds, scopes } = bounds
  const apis = granted.apiIds.flatMap((id, index) =>
    apiIds === undefined || apiIds.has(id)
      ? []
      : [{ pointer: `/api_ids/${index}`, detail: `Your admin key may not grant keys for ${id}.` }],
  )
  const names = granted.scopes.flatMap((scope, index) =>
    scopes === undefined || covers(scopes, scope)
      ? []
      : [{ pointer: `/scopes/${index}`, detail: `Your admin key may not grant the scope ${scope}.` }],
  )
  return [...apis, ...names]
}

/** Bounds that are asked for a new admin key; null: as those of the minter. */
export interface WantedBounds {
  readonly apiIds: readonly string[] | null
  readonly scopes: readonly string[] | null
}

/** The bounds of what is minted, never wider than the minter's; or what lies beyond them. */
export function mintBounds(
  minter: GrantBounds,
  wanted: WantedBounds,
): { readonly bounds: GrantBounds } | { readonly problems: readonly FieldProblem[] } {
  const problems = beyondBounds(minter, { apiIds: wanted.apiIds ?? [], scopes: wanted.scopes ?? [] })
  if (problems.length > 0) return { problems }
  return {
    bounds: {
      apiIds: wanted.apiIds === null ? minter.apiIds : new Set(wanted.apiIds),
      scopes: wanted.scopes ?? minter.scopes,
    },
  }
}

export function boundsOfRow(row: {
  readonly api_ids: readonly string[] | null
  readonly scopes: readonly string[] | null
}): GrantBounds {
  return {
    apiIds: row.api_ids === null ? undefined : new Set(row.api_ids),
    scopes: row.scopes ?? undefined,
  }
}

export function boundsToRow({ apiIds, scopes }: GrantBounds): { api_ids: string[] | null; scopes: string[] | null } {
  return { api_ids: apiIds === undefined ? null : [...apiIds], scopes: scopes === undefined ? null : [...scopes] }
}
