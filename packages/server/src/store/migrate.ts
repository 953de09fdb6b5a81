/** Brings the schema up to date: numbered SQL files, forward only, each applied once and never edited after. */
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { crc32 } from 'node:zlib'
import { Kysely, PostgresDialect, sql } from 'kysely'
import { Migrator } from 'kysely/migration'
import type pg from 'pg'
import { messageOf, StartError, systemCode, type Log } from '#config'

export interface Migration {
  /** `0001_seal` */
  readonly name: string
  readonly sql: string
  /** Finds edits, not attackers. */
  readonly checksum: string
}

const FOLDER = fileURLToPath(new URL('./migrations/', import.meta.url))
const APPLIED = 'store_migration'
const CHECKSUMS = 'store_migration_checksum'
const UNDEFINED_TABLE = '42P01'

/** The migrations of this server, in order. */
export function readMigrations(folder: string = FOLDER): readonly Migration[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.sql'))
    .toSorted()
    .map((file) => {
      // a checkout on another system may have changed the line ends
      const text = readFileSync(`${folder}/${file}`, 'utf8').replaceAll('\r\n', '\n')
      return { name: file.slice(0, -'.sql'.length), sql: text, checksum: `${text.length}:${crc32(text).toString(16)}` }
    })
}

export interface MigrationPools {
  readonly usual: pg.Pool
  /** Without timeouts, opened only when there is something to apply, and ended then. */
  readonly openUnbounded: () => pg.Pool
}

/**
 * Applies what is missing, all of it or nothing, under kysely's lock: several processes may do so at once.
 *
 * @throws StartError `schema_newer`, `schema_edited`, `migration_failed`
 */
export async function migrate(pools: MigrationPools, migrations: readonly Migration[], log: Log): Promise<void> {
  const before = await appliedMigrations(pools.usual)
  refuseStrangers(before, migrations)
  const missing = migrations.filter((migration) => !before.has(migration.name))
  if (missing.length === 0) return
  log.info({ migrations: missing.map((migration) => migration.name) }, 'bringing the database up to date')
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool: pools.openUnbounded() }) })
  try {
    await applyMissing(db, migrations)
  } finally {
    await db.destroy()
  }
}

async function applyMissing(db: Kysely<unknown>, migrations: readonly Migration[]): Promise<void> {
  await sql
    .raw(`create table if not exists ${CHECKSUMS} (name text primary key, checksum text not null)`)
    .execute(db)
    .catch(ignoreRace)
  const migrator = new Migrator({
    db,
    migrationTableName: APPLIED,
    migrationLockTableName: `${APPLIED}_lock`,
    provider: {
      getMigrations: () =>
        Promise.resolve(
          Object.fromEntries(
            migrations.map((migration) => [migration.name, { up: (tx: Kysely<unknown>) => apply(tx, migration) }]),
          ),
        ),
    },
  })
  const { error, results } = await migrator.migrateToLatest()
  if (error === undefined) return
  const failed = results?.find((result) => result.status === 'Error')?.migrationName
  throw new StartError(
    'migration_failed',
    `The database could not be brought up to date${failed === undefined ? '' : ` (migration ${failed})`}: ${messageOf(error)}. Nothing was changed.`,
    { cause: error },
  )
}

async function apply(tx: Kysely<unknown>, migration: Migration): Promise<void> {
  // without parameters PostgreSQL takes several statements in one message
  await sql.raw(migration.sql).execute(tx)
  await sql`insert into ${sql.table(CHECKSUMS)} (name, checksum) values (${migration.name}, ${migration.checksum})`.execute(
    tx,
  )
}

async function appliedMigrations(pool: pg.Pool): Promise<ReadonlyMap<string, string>> {
  try {
    const { rows } = await pool.query<{ name: string; checksum: string }>(`select name, checksum from ${CHECKSUMS}`)
    return new Map(rows.map((row) => [row.name, row.checksum]))
  } catch (error) {
    if (systemCode(error) === UNDEFINED_TABLE) return new Map()
    throw error
  }
}

function refuseStrangers(applied: ReadonlyMap<string, string>, migrations: readonly Migration[]): void {
  const own = new Map(migrations.map((migration) => [migration.name, migration.checksum]))
  const unknown = [...applied.keys()].filter((name) => !own.has(name)).toSorted()
  if (unknown.length > 0) {
    throw new StartError(
      'schema_newer',
      `This database was used by a newer Claviger (it has the migration ${unknown.at(-1)}, which this version does not know). Start the newer version, or restore a backup that this version made.`,
    )
  }
  const edited = [...applied].find(([name, checksum]) => own.get(name) !== checksum)
  if (edited !== undefined) {
    throw new StartError(
      'schema_edited',
      `The migration ${edited[0]} was edited after this database had applied it. Put the file back as it was; changes go into a new migration.`,
    )
  }
}

/** `create table if not exists` still fails when two do so at the very same time. */
function ignoreRace(error: unknown): void {
  const code = systemCode(error)
  if (code !== '23505' && code !== '42P07') throw error
}
