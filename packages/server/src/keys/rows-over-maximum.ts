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
  /** Kinds of restrictions, one of which is missing, in shadow, or allows everything. */
  readonly requiredRestrictions: readonly string[]
  /** Restrictions of those kinds that allow everything, as they stand in the rows: they meet no demand. */
  readonly openRestrictions: readonly unknown[]
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

/**
 * Restrictions of living keys that may allow everything, each once; whether they do, `core` says. Of addresses only lists with a
 * network that is large enough: 200 of them make no whole without one of /7.
 */
export async function selectSuspects(
  db: Db,
  apiId: string,
  { kinds, now }: { readonly kinds: readonly string[]; readonly now: Date },
): Promise<readonly unknown[]> {
  const { rows } = await sql<{ restriction: unknown }>`
    select distinct restriction from keys_key, jsonb_array_elements(restrictions) as restriction
     where api_ids @> array[${apiId}] and ${isLiving(now)} and restriction ->> 'kind' = any(${[...kinds]}::text[])
       and (restriction ->> 'kind' <> 'ip' or jsonb_path_exists(restriction, '$.allow[*] ? (@ like_regex "/[0-7]$")'))
       and (restriction ->> 'kind' <> 'user_agent' or jsonb_path_exists(restriction, '$.allow[*] ? (@ starts with "*")'))
       and (restriction ->> 'kind' <> 'request' or jsonb_path_exists(restriction, '$.allow[*] ? (@.path == "/**")'))`.execute(
    db,
  )
  return rows.map(({ restriction }) => restriction)
}

function partsOf({ scopes, lifetimeSeconds, requiredRestrictions, openRestrictions }: Omit<TooMuch, 'apiId'>) {
  const open = JSON.stringify(openRestrictions)
  return [
    sql`scopes && ${[...scopes]}::text[]`,
    sql`role_ids && array(select id from keys_role where deleted_at is null and scopes && ${[...scopes]}::text[])`,
    ...(lifetimeSeconds === undefined
      ? []
      : [sql`expires_at is null or expires_at > created_at + make_interval(secs => ${lifetimeSeconds})`]),
    ...requiredRestrictions.map(
      (kind) => sql`not exists (select from jsonb_array_elements(restrictions) as each
                                 where each ->> 'kind' = ${kind} and coalesce(each ->> 'mode', '') <> 'shadow'
                                   and each <> all (array(select jsonb_array_elements(${open}::jsonb))))`,
    ),
  ]
}

function isLiving(now: Date) {
  return sql`revoked_at is null and deleted_at is null and (expires_at is null or expires_at > ${now})`
}
