/** SQL of this room: when and from where keys were used. */
import { sql } from 'kysely'
import type { Db, Tx } from '#store'

/** A use again within this time is not written again: a busy key costs one write a minute. */
export const USE_GRAIN_MS = 60_000
export const SEEN_GRAIN_MS = 15 * 60_000
/** Of each key; the one that was silent longest goes first. */
export const MOST_SEEN_IPS = 100

export interface LastUse {
  readonly keyId: string
  readonly atMs: number
}

export interface SeenIp extends LastUse {
  readonly ip: string
}

export async function selectLastUses(db: Db, keyIds: readonly string[]): Promise<ReadonlyMap<string, Date>> {
  if (keyIds.length === 0) return new Map()
  const rows = await db.selectFrom('keys_use').selectAll().where('key_id', 'in', keyIds).execute()
  return new Map(rows.map((row) => [row.key_id, row.last_used_at]))
}

/** In one order, so that two drains never wait for each other in a circle. */
export async function upsertLastUses(tx: Tx, uses: readonly LastUse[]): Promise<void> {
  await sql`
    insert into keys_use (key_id, last_used_at)
    select given.key_id, given.at
      from (select key_id, to_timestamp(ms / 1000.0) as at
              from unnest(${uses.map((use) => use.keyId)}::text[], ${uses.map((use) => use.atMs)}::bigint[]) as each (key_id, ms)) given
     where not exists (select from keys_use known
                        where known.key_id = given.key_id and known.last_used_at > given.at - ${interval(USE_GRAIN_MS)})
     order by given.key_id collate "C"
    on conflict (key_id) do update set last_used_at = greatest(keys_use.last_used_at, excluded.last_used_at)`.execute(
    tx,
  )
}

/** @returns keys that were seen from an address that was not known of them */
export async function upsertSeenIps(tx: Tx, seen: readonly SeenIp[]): Promise<readonly string[]> {
  const { rows } = await sql<{ key_id: string }>`
    with written as (
      insert into keys_seen_ip (key_id, ip, seen_at)
      select given.key_id, given.ip, given.at
        from (select key_id, ip, to_timestamp(ms / 1000.0) as at
                from unnest(${seen.map((each) => each.keyId)}::text[], ${seen.map((each) => each.ip)}::inet[],
                            ${seen.map((each) => each.atMs)}::bigint[]) as each (key_id, ip, ms)) given
       where not exists (select from keys_seen_ip known
                          where known.key_id = given.key_id and known.ip = given.ip
                            and known.seen_at > given.at - ${interval(SEEN_GRAIN_MS)})
       order by given.key_id collate "C", given.ip
      on conflict (key_id, ip) do update set seen_at = greatest(keys_seen_ip.seen_at, excluded.seen_at)
      returning key_id, xmax = 0 as is_new
    )
    select distinct key_id from written where is_new`.execute(tx)
  return rows.map((row) => row.key_id)
}

/** Forgets the addresses beyond the newest `MOST_SEEN_IPS` of each key. */
export async function trimSeenIps(tx: Tx, keyIds: readonly string[]): Promise<void> {
  await sql`
    delete from keys_seen_ip old
     using (select key_id, ip, row_number() over (partition by key_id order by seen_at desc, ip) as place
              from keys_seen_ip where key_id = any(${keyIds}::text[])) ranked
     where old.key_id = ranked.key_id and old.ip = ranked.ip and ranked.place > ${MOST_SEEN_IPS}`.execute(tx)
}

/** @returns how many went */
export async function deleteSeenIps(db: Db, before: Date): Promise<number> {
  const { numDeletedRows } = await db.deleteFrom('keys_seen_ip').where('seen_at', '<', before).executeTakeFirst()
  return Number(numDeletedRows)
}

function interval(durationMs: number) {
  return sql`make_interval(secs => ${durationMs / 1000})`
}
