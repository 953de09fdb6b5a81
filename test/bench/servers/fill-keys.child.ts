/**
 * Fills the database with keys that nobody presents: copies of a key that is there, with ids and digests of their own.
 * 100,000 over the API would take longer than all that is measured. Count in argv; the server does not run meanwhile.
 */
import { createLog, loadConfig } from '../../../packages/server/src/config/index.ts'
import { openStore } from '../../../packages/server/src/store/index.ts'

const FILL = `
  with pattern as (select * from keys_key where name like 'bench %' limit 1),
  keys as (
    insert into keys_key
    select copy.*
    from pattern, generate_series($1::integer, $2::integer) as n,
         jsonb_populate_record(null::keys_key, to_jsonb(pattern) || jsonb_build_object(
           'id', 'key_' || substr(md5('key ' || n), 1, 26), 'name', 'fill ' || n)) as copy
    returning id, created_at)
  insert into keys_version (id, key_id, number, public_id, last_four, pepper_version, digest, created_at)
  select 'ver_' || substr(md5('version ' || id), 1, 26), id, 1, substr(md5('public ' || id), 1, 12), 'fill',
         (select max(pepper_version) from keys_version), sha256(id::bytea), created_at
  from keys`

/** Of one statement: none may take longer than the store waits for an answer. */
const STEP = 1_000
const count = Number(process.argv[2])
const config = loadConfig(process.env, process.cwd())
const store = await openStore(config, createLog(config), { role: 'admin' })
try {
  for (let from = 1; from <= count; from += STEP) await store.raw(FILL, [from, Math.min(from + STEP - 1, count)])
  await store.raw('analyze keys_key', [])
  await store.raw('analyze keys_version', [])
} finally {
  await store.close()
}
