/**
 * Stores for tests: the real PostgreSQL, one engine per run of vitest (see `testing-setup.ts`), an empty migrated
 * database per call. With TEST_DATABASE_URL (a role that may create databases) that server is used instead.
 */
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { loadConfig, silentLog, type Config, type Environment, type Log } from '#config'
import { openPool } from './connection.ts'
import { migrate, readMigrations, type Migration } from './migrate.ts'
import { openStore } from './open-store.ts'
import type { Store } from './store.ts'

const ENGINE_URL_VARIABLE = 'TEST_ENGINE_URL'

export interface TestStore extends Store {
  /** As `openStore` was given it: `databaseUrl` names this test's own database. */
  readonly config: Config
  /** Closes the store and drops its database. */
  dispose(): Promise<void>
}

export interface TestStoreOptions {
  /** Further variables for the configuration. */
  readonly env?: Environment
  readonly log?: Log
  /** In place of the server's own: as an older version left it. */
  readonly migrations?: readonly Migration[]
}

/** Opens a store on a new, migrated and empty database. Takes about 50 ms. */
export async function openTestStore(options: TestStoreOptions = {}): Promise<TestStore> {
  const server = testServerUrl()
  const database = `test_${process.pid}_${Date.now().toString(36)}_${Math.random().toString(36).slice(2, 8)}`
  await onServer(server, async (client) => {
    const template = options.migrations === undefined ? await ensureTemplate(client, server) : 'template0'
    await client.query(`create database ${database} template ${template}`)
  })
  const dataDir = temporaryDataDir()
  const config = loadConfig(
    { CLAVIGER_DATA_DIR: dataDir, CLAVIGER_DATABASE_POOL: '5', ...options.env, DATABASE_URL: urlOf(server, database) },
    tmpdir(),
  )
  const { migrations } = options
  const store = await openStore(config, options.log ?? silentLog, migrations === undefined ? {} : { migrations })
  return {
    ...store,
    config,
    async dispose() {
      await store.close()
      await onServer(server, async (client) => {
        await client.query(`drop database if exists ${database} with (force)`)
      })
      removeDataDir(dataDir)
    },
  }
}

/** A new data directory that the embedded engine's user can reach, also when the tests run as root. */
export function temporaryDataDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'claviger-test-'))
  chmodSync(dir, 0o755)
  return dir
}

/** Removes a data directory, and the cluster that root may have had to put elsewhere. The engine must be stopped. */
export function removeDataDir(dataDir: string): void {
  try {
    rmSync(readFileSync(join(dataDir, 'postgres.location'), 'utf8').trim(), { recursive: true, force: true })
  } catch {
    // the usual case: nothing was put elsewhere
  }
  rmSync(dataDir, { recursive: true, force: true })
}

function testServerUrl(): string {
  const url = process.env['TEST_DATABASE_URL'] ?? process.env[ENGINE_URL_VARIABLE]
  if (url === undefined)
    throw new Error(
      'openTestStore needs the engine that vitest starts for the project `proof`: name the file *.proof.test.ts',
    )
  return url
}

function urlOf(server: string, database: string): string {
  const url = new URL(server)
  url.pathname = `/${database}`
  return url.href
}

const TEMPLATE_LOCK = [0x43_4c_41_56, 2]

/** The migrated database that others are copied from: made by whichever test comes first. */
async function ensureTemplate(client: pg.Client, server: string): Promise<string> {
  const migrations = readMigrations()
  const state = migrations.map((migration) => migration.checksum.split(':')[1]).join('')
  const name = `template_${state.length > 50 ? hash(state) : state}`
  await client.query('select pg_advisory_lock($1, $2)', TEMPLATE_LOCK)
  try {
    const { rows } = await client.query('select 1 from pg_database where datname = $1', [name])
    if (rows.length > 0) return name
    const partial = `${name}_new`
    await client.query(`drop database if exists ${partial} with (force)`)
    await client.query(`create database ${partial}`)
    const usual = openPool({ target: { connectionString: urlOf(server, partial) }, max: 2, name: 'claviger template' })
    try {
      await migrate({ usual, openUnbounded: () => new pg.Pool(usual.options) }, migrations, silentLog)
    } finally {
      await usual.end()
    }
    await client.query(`alter database ${partial} rename to ${name}`)
    return name
  } finally {
    await client.query('select pg_advisory_unlock($1, $2)', TEMPLATE_LOCK)
  }
}

function hash(text: string): string {
  let state = 7n
  for (const char of text) state = (state * 31n + BigInt(char.charCodeAt(0))) % 0xffff_ffff_ffff_fffn
  return state.toString(16)
}

async function onServer(server: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: urlOf(server, 'postgres') })
  client.on('error', () => {})
  await client.connect()
  try {
    await work(client)
  } finally {
    await client.end()
  }
}
