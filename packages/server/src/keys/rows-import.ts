/** SQL of this room: secrets of other systems. */
import { sql } from 'kysely'
import type { Db, Tx } from '#store'
import type { SecretHash } from '#seal'
import { isForm, type ImportForm } from './import-forms.ts'

export async function selectImportForms(db: Db): Promise<readonly ImportForm[]> {
  const rows = await db.selectFrom('keys_import_form').selectAll().execute()
  return rows.flatMap(({ form, pepper_version: pepperVersion }) => (isForm(form) ? [{ form, pepperVersion }] : []))
}

export async function insertImportForm(tx: Tx, { form, pepperVersion }: ImportForm): Promise<void> {
  await tx
    .insertInto('keys_import_form')
    .values({ form, pepper_version: pepperVersion })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

export interface KnownImport {
  readonly keyId: string
  readonly workspaceId: string
}

/** Which of the hashes were imported before, whatever became of their keys. Tag → key. */
export async function selectImported(db: Db, tags: readonly string[]): Promise<ReadonlyMap<string, KnownImport>> {
  const { rows } = await sql<{ tag: string; key_id: string; workspace_id: string }>`
    with tag as (select unnest(${tags}::text[]) collate "C" as text)
    select version.tag, version.key_id, key.workspace_id
      from (select tag.text as tag, key_id from tag join keys_version on public_id = tag.text where import_algorithm is not null
            union all
            select tag.text, key_id from tag join keys_version on import_tag = tag.text) version
      join keys_key key on key.id = version.key_id`.execute(db)
  return new Map(rows.map((row) => [row.tag, { keyId: row.key_id, workspaceId: row.workspace_id }]))
}

/** One key with its imported version. Lists are PostgreSQL's array literals, bytes are hex: all rows travel as one JSON text. */
export interface ImportRow {
  readonly id: string
  readonly version_id: string
  readonly name: string
  readonly owner: string | null
  readonly tags: string
  readonly environment: string
  readonly scopes: string
  readonly role_ids: string
  readonly limits: readonly object[]
  readonly plan_id: string | null
  readonly metadata: object
  readonly not_before: string | null
  readonly expires_at: string
  readonly awake_at: string
  readonly disabled_at: string | null
  readonly tag: string
  readonly digest: string
  readonly last_four: string
  readonly start_hint: string | null
}

/** What all rows of one import have in common. */
export interface ImportBase {
  readonly workspaceId: string
  readonly appId: string
  readonly apiIds: readonly string[]
  readonly prefix: string
  readonly algorithm: string
  readonly pepperVersion: number
  readonly createdBy: string
  readonly now: Date
}

/**
 * Inserts keys and versions in one statement. Somebody else may import the same hash this moment: who commits first has
 * it. In the order of the tags, so that two imports never wait for each other in a circle.
 *
 * @returns the ids of the keys that were made
 */
export async function insertImported(tx: Tx, base: ImportBase, rows: readonly ImportRow[]): Promise<readonly string[]> {
  const { workspaceId, appId, apiIds, prefix, algorithm, pepperVersion, createdBy, now } = base
  const made = await sql<{ id: string }>`
    with given as (
      select * from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as each (
        id text, version_id text, name text, owner text, tags text, environment text, scopes text, role_ids text,
        limits jsonb, plan_id text, metadata jsonb,
        not_before timestamptz, expires_at timestamptz, awake_at timestamptz, disabled_at timestamptz,
        tag text, digest text, last_four text, start_hint text)
    ), version as (
      insert into keys_version (id, key_id, number, public_id, import_algorithm, start_hint, last_four,
                                pepper_version, digest, created_at)
      select version_id, id, 1, tag, ${algorithm}, start_hint, last_four, ${pepperVersion}::integer,
             decode(digest, 'hex'), ${now}
        from given order by tag collate "C"
      on conflict (public_id) do nothing
      returning key_id
    )
    insert into keys_key (id, workspace_id, app_id, name, owner, tags, prefix, environment, api_ids, scopes, role_ids, limits,
                          plan_id, metadata, not_before, expires_at, awake_at, disabled_at, created_by, created_at, updated_at)
    select id, ${workspaceId}, ${appId}, name, owner, tags::text[], ${prefix}, environment, ${[...apiIds]}::text[],
           scopes::text[], role_ids::text[], limits, plan_id, metadata, not_before, expires_at, awake_at, disabled_at,
           ${createdBy}, ${now}, ${now}
      from given join version on version.key_id = given.id
    returning id`.execute(tx)
  return made.rows.map((row) => row.id)
}

/** A version whose secret is known by now, because it was presented. */
export interface Upgrade {
  readonly publicId: string
  readonly fromPepperVersion: number
  readonly algorithm: SecretHash
  readonly pepperVersion: number
  readonly newPublicId: string
  readonly digest: Uint8Array
  /** Of the hash under the current pepper, so that the one before can be destroyed. */
  readonly importTag: string
}

/** Public id → what the hash was imported as. */
export async function selectImportAlgorithms(
  db: Db,
  publicIds: readonly string[],
): Promise<ReadonlyMap<string, SecretHash>> {
  const rows = await db
    .selectFrom('keys_version')
    .select(['public_id', 'import_algorithm'])
    .where('public_id', 'in', publicIds)
    .execute()
  return new Map(
    rows.flatMap(({ public_id: id, import_algorithm: algorithm }) =>
      algorithm === 'sha256' || algorithm === 'sha512' ? [[id, algorithm] as const] : [],
    ),
  )
}

/** @returns those that nobody else was faster with: the key of each, and its new public id */
export async function upgradeImported(
  tx: Tx,
  upgrades: readonly Upgrade[],
): Promise<readonly { readonly keyId: string; readonly publicId: string; readonly workspaceId: string }[]> {
  const given = upgrades.map((upgrade) => ({
    old: upgrade.publicId,
    from: upgrade.fromPepperVersion,
    to: upgrade.pepperVersion,
    new: upgrade.newPublicId,
    digest: Buffer.from(upgrade.digest).toString('hex'),
    tag: upgrade.importTag,
  }))
  const { rows } = await sql<{ keyId: string; publicId: string; workspaceId: string }>`
    with given as (
      select * from jsonb_to_recordset(${JSON.stringify(given)}::jsonb)
        as each (old text, "from" integer, "to" integer, new text, digest text, tag text)
    ), locked as (
      select id, given.* from keys_version join given on public_id = given.old and pepper_version = given."from"
       where import_algorithm is not null order by id for update of keys_version
    )
    update keys_version version
       set public_id = locked.new, earlier_id = locked.old, import_tag = locked.tag, pepper_version = locked."to",
           digest = decode(locked.digest, 'hex'), upgraded_at = clock_timestamp()
      from locked, keys_key key
     where version.id = locked.id and key.id = version.key_id
    returning version.key_id as "keyId", version.public_id as "publicId", key.workspace_id as "workspaceId"`.execute(tx)
  return rows
}

/** Every process has heard of the change by now. */
export async function forgetEarlierIds(db: Db, before: Date): Promise<void> {
  await db
    .updateTable('keys_version')
    .set({ earlier_id: null })
    .where('earlier_id', 'is not', null)
    .where('upgraded_at', '<', before)
    .execute()
}
