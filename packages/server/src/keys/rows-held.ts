/** SQL over the living keys of an api, a plan or an app, all of them at once: what they hold, each thing once. */
import { sql, type RawBuilder } from 'kysely'
import type { Db } from '#store'

export type Holder =
  | { readonly kind: 'api' | 'app'; readonly id: string }
  /** `appIds`: apps that are on it; their keys without a plan of their own are too. */
  | { readonly kind: 'plan'; readonly id: string; readonly appIds: readonly string[] }

/** Whether one of the keys has an api that is none of these. */
export async function anyBeyondApis(
  db: Db,
  workspaceId: string,
  holder: Holder,
  apiIds: readonly string[],
): Promise<boolean> {
  const { rows } = await sql`
    select from keys_key where ${livingOf(workspaceId, holder)} and not api_ids <@ ${[...apiIds]}::text[] limit 1`.execute(
    db,
  )
  return rows.length > 0
}

export async function scopesOfHeld(db: Db, workspaceId: string, holder: Holder): Promise<readonly string[]> {
  const { rows } = await sql<{ item: string }>`
    select distinct unnest(scopes) as item from keys_key where ${livingOf(workspaceId, holder)}`.execute(db)
  return rows.map(({ item }) => item)
}

export async function rolesOfHeld(db: Db, workspaceId: string, holder: Holder): Promise<readonly string[]> {
  const { rows } = await sql<{ item: string }>`
    select distinct unnest(role_ids) as item from keys_key where ${livingOf(workspaceId, holder)}`.execute(db)
  return rows.map(({ item }) => item)
}

function livingOf(workspaceId: string, holder: Holder): RawBuilder<unknown> {
  return sql`workspace_id = ${workspaceId} and revoked_at is null and deleted_at is null and ${ofHolder(holder)}`
}

function ofHolder(holder: Holder): RawBuilder<unknown> {
  switch (holder.kind) {
    case 'api':
      return sql`api_ids @> array[${holder.id}]::text[]`
    case 'app':
      return sql`app_id = ${holder.id}`
    case 'plan':
      return sql`(plan_id = ${holder.id} or (plan_id is null and app_id = any(${[...holder.appIds]}::text[])))`
  }
}
