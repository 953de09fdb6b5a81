/**
 * Which living keys hold more than a maximum of their apis now lets them. They are capped at every decision already; this tells an
 * operator who has lowered a maximum whom that concerns.
 */
import type { Db } from '#store'
import { maximumFromRow, scopesOverMaximum } from './maximum.ts'
import {
  countKeys,
  selectBoundedApis,
  selectScopesOfLivingKeys,
  type BoundedApi,
  type TooMuch,
} from './rows-over-maximum.ts'

/** Of all apis of a workspace that have a maximum. */
export async function tooMuchIn(db: Db, workspaceId: string, now: Date): Promise<readonly TooMuch[]> {
  const all: TooMuch[] = []
  for (const api of await selectBoundedApis(db, workspaceId)) all.push(await tooMuchFor(db, api, now))
  return all
}

/** Living keys of one api that hold more than its maximum, whatever other apis say. */
export async function countOverMaximum(
  db: Db,
  api: { readonly id: string; readonly workspaceId: string },
  now: Date,
): Promise<number> {
  const found = (await selectBoundedApis(db, api.workspaceId)).find(({ id }) => id === api.id)
  return found === undefined ? 0 : countKeys(db, [await tooMuchFor(db, found, now)], now)
}

/** Patterns are compared by the rule that refuses them in a grant: what keys hold is read, and judged here. */
async function tooMuchFor(db: Db, api: BoundedApi, now: Date): Promise<TooMuch> {
  const maximum = maximumFromRow(api.maximum)
  const held = maximum === null || maximum.scopes === null ? [] : await selectScopesOfLivingKeys(db, api.id, now)
  const over = new Set(scopesOverMaximum([api], held, String).map(({ pointer }) => Number(pointer)))
  return {
    apiId: api.id,
    scopes: held.filter((_scope, index) => over.has(index)),
    lifetimeSeconds: maximum?.lifetime_seconds ?? undefined,
    requiredRestrictions: maximum?.required_restrictions ?? [],
  }
}
