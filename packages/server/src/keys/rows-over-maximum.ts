/** SQL of this room: keys that hold more than a maximum lets them. */
import { sql, type Expression, type SqlBool } from 'kysely'
import type { Db } from '#store'
import type { ApiRow } from './rows.ts'

export type BoundedApi = Pick<ApiRow, 'id' | 'name' | 'scopes' | 'maximum'>

/** What is too much for one api, in words that SQL can say. */
export interface TooMuch {
  readonly apiId: string
  /** Of those that living keys of the api hold. */
  readonly scopes: readonly string[]
  /** A longer life is too long; undefined: none is. */
  readonly lifetimeSeconds: number | undefined
  /** Kinds of restrictions, one of which is missing or in shadow. */
  readonly requiredRestrictions: readonly string[]
}

export async function selectBoundedApis(db: Db, workspaceId: string): Promise<readonly BoundedApi[]> {
  return db
    .selectFrom('keys_api')
    .select(['id', 'name', 'scopes', 'maximum'])
    .where('workspace_id', '=', workspaceId)
    .where('deleted_at', 'is', null)
    .where('maximum', 'is not', null)
    .orderBy('id')
    .execute()
}

/** Those of their roles too, each once: there are about as many as the catalogue has. */
export async function selectScopesOfLivingKeys(db: Db, apiId: string, now: Date): Promise<readonly string[]> {
  const { rows } = await sql<{ scope: string }>`
    with held as (select scopes, role_ids from keys_key where api_ids @> array[${apiId}] and ${isLiving(now)})
    select unnest(scopes) as scope from held
     union
    select unnest(scopes) from keys_role where id in (select unnest(role_ids) from held) and deleted_at is null
     order by scope`.execute(db)
  return rows.map(({ scope }) => scope)
}

export async function countKeys(db: Db, tooMuch: readonly TooMuch[], now: Date): Promise<number> {
  const row = await db
    .selectFrom('keys_key')
    .select((eb) => eb.fn.countAll<string>().as('count'))
    .where(holdsTooMuch(tooMuch, now))
    .executeTakeFirstOrThrow()
  return Number(row.count)
}

/** For `where`: a living key that one of the apis would not let have all that it has. */
export function holdsTooMuch(tooMuch: readonly TooMuch[], now: Date): Expression<SqlBool> {
  const each = tooMuch.map(
    ({ apiId, ...much }) => sql<boolean>`(api_ids @> array[${apiId}] and (${sql.join(partsOf(much), sql` or `)}))`,
  )
  return sql<boolean>`(${isLiving(now)} and (${sql.join([sql`false`, ...each], sql` or `)}))`
}

function partsOf({ scopes, lifetimeSeconds, requiredRestrictions }: Omit<TooMuch, 'apiId'>) {
  return [
    sql`scopes && ${[...scopes]}::text[]`,
    sql`role_ids && array(select id from keys_role where deleted_at is null and scopes && ${[...scopes]}::text[])`,
    ...(lifetimeSeconds === undefined
      ? []
      : [sql`expires_at is null or expires_at > created_at + make_interval(secs => ${lifetimeSeconds})`]),
    ...requiredRestrictions.map(
      (kind) => sql`not jsonb_path_exists(restrictions, '$[*] ? (@.kind == $kind && !(@.mode == "shadow"))',
                                          jsonb_build_object('kind', ${kind}::text))`,
    ),
  ]
}

function isLiving(now: Date) {
  return sql`revoked_at is null and deleted_at is null and (expires_at is null or expires_at > ${now})`
}
