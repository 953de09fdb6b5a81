/** SQL of the blocks of the shield that processes told of. */
import { sql } from 'kysely'
import type { Db, Store } from '#store'
import { SHIELD_SCOPES, type ShieldScope, type ShieldSubject } from './shield.ts'

/** A block as it is told to others. */
export interface ToldBlock extends ShieldSubject {
  readonly nodeId: string
  readonly sinceAtMs: number
  readonly untilAtMs: number
  readonly failures: number
}

/** In one statement, so that nobody sees half of it. */
const REPLACE = `
  with told as (select * from jsonb_to_recordset($2::jsonb)
                  as told (scope text, subject text, "sinceAtMs" float8, "untilAtMs" float8, failures integer)),
       gone as (delete from usage_shield_block kept
                 where node_id = $1
                   and not exists (select from told where told.scope = kept.scope and told.subject = kept.subject))
  insert into usage_shield_block (node_id, scope, subject, since_at, until_at, failures)
  select $1, scope, subject, to_timestamp("sinceAtMs" / 1000), to_timestamp("untilAtMs" / 1000), failures from told
  on conflict (node_id, scope, subject)
  do update set since_at = excluded.since_at, until_at = excluded.until_at, failures = excluded.failures`

/** All that the process tells from now on, in place of what it told before. */
export async function replaceToldBlocks(
  store: Pick<Store, 'raw'>,
  nodeId: string,
  blocks: readonly Omit<ToldBlock, 'nodeId'>[],
): Promise<void> {
  await store.raw(REPLACE, [nodeId, JSON.stringify(blocks)])
}

/** What other processes told of, as far as it is not over. */
export async function selectToldBlocks(db: Db, besides: string, now: Date): Promise<readonly ToldBlock[]> {
  const rows = await db
    .selectFrom('usage_shield_block')
    .selectAll()
    .where('node_id', '!=', besides)
    .where('until_at', '>', now)
    .execute()
  return rows.map((row) => ({
    nodeId: row.node_id,
    scope: scopeOf(row.scope),
    subject: row.subject,
    sinceAtMs: row.since_at.getTime(),
    untilAtMs: row.until_at.getTime(),
    failures: row.failures,
  }))
}

/** Of all processes. @returns how many had told of it */
export async function deleteToldBlock(db: Db, { scope, subject }: ShieldSubject): Promise<number> {
  const gone = await db
    .deleteFrom('usage_shield_block')
    .where('scope', '=', scope)
    .where('subject', '=', subject)
    .executeTakeFirst()
  return Number(gone.numDeletedRows)
}

/** Of processes that are gone: the others clear up after themselves. */
export async function deleteOldBlocks(store: Pick<Store, 'db'>): Promise<void> {
  await store.db
    .deleteFrom('usage_shield_block')
    .where('until_at', '<', sql<Date>`clock_timestamp() - interval '1 hour'`)
    .execute()
}

function scopeOf(text: string): ShieldScope {
  const scope = SHIELD_SCOPES.find((known) => known === text)
  if (scope === undefined) throw new Error(`${text} is no scope of the shield`)
  return scope
}
