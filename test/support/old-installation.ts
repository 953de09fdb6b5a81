/**
 * An installation as older versions left it: a schema that is brought forward step by step, and at each step rows as the
 * version of that time wrote them. Rows are written as plain columns, not by today's code, which does not know them any more.
 */
import { composeKey, makeId, makePublicId, type IdType } from '@claviger/core'
import { silentLog } from '../../packages/server/src/config/index.ts'
import { openSeal, type Seal } from '../../packages/server/src/seal/index.ts'
import { readMigrations } from '../../packages/server/src/store/migrate.ts'
import { openStore } from '../../packages/server/src/store/open-store.ts'
import { openTestStore, type TestStore } from '../../packages/server/src/store/testing.ts'

export type Columns = Readonly<Record<string, unknown>>

export interface OldInstallation {
  readonly store: TestStore
  readonly seal: Seal
  readonly workspaceId: string
  newId(type: IdType): string
  /** As a server of that version would have, at its start. */
  migrateTo(number: string): Promise<void>
  insert(table: string, row: Columns): Promise<void>
  /** A key of our format with its first version. @returns what its holder has */
  addKey(row: Columns): Promise<{ readonly id: string; readonly secret: string }>
  /** @returns what its holder has */
  addAdminKey(row: Columns): Promise<string>
  dispose(): Promise<void>
}

const upTo = (number: string) => readMigrations().filter(({ name }) => name.slice(0, 4) <= number)
const STARTED = new Date(Date.now() - 30 * 86_400_000)

/** With a first workspace, at the schema of that number. */
export async function openOldInstallation(number: string): Promise<OldInstallation> {
  const store = await openTestStore({ migrations: upTo(number) })
  const seal = await openSealOf(store)
  const newId = (type: IdType): string => makeId(type, Date.now(), seal.randomBytes(10))
  const workspaceId = newId('wsp')

  async function insert(table: string, row: Columns): Promise<void> {
    const names = Object.keys(row)
    const places = names.map((_, index) => `$${index + 1}`)
    await store.raw(`insert into ${table} (${names.join(', ')}) values (${places.join(', ')})`, Object.values(row))
  }

  function mint(prefix: string, environment: string) {
    const publicId = makePublicId(seal.randomBytes(24))
    const secret = composeKey({ prefix, environment, publicId, secret: seal.randomBytes(32) })
    const { pepperVersion, digest } = seal.digest(secret)
    const columns = { public_id: publicId, last_four: secret.slice(-4), pepper_version: pepperVersion }
    return { secret, columns: { ...columns, digest: Buffer.from(digest), created_at: STARTED } }
  }

  await store.transaction(async (tx) => seal.ensureWorkspace(tx, workspaceId))
  await insert('identity_workspace', {
    id: workspaceId,
    name: 'Home',
    is_home: true,
    max_key_age_seconds: 31_536_000,
    created_at: STARTED,
    updated_at: STARTED,
  })
  return {
    store,
    seal,
    workspaceId,
    newId,
    insert,
    async migrateTo(next) {
      const opened = await openStore(store.config, silentLog, { migrations: upTo(next) })
      await opened.close()
    },
    async addKey(row) {
      const id = newId('key')
      await insert('keys_key', {
        id,
        workspace_id: workspaceId,
        prefix: 'demo',
        environment: 'live',
        metadata: '{}',
        created_by: 'adm_old',
        created_at: STARTED,
        updated_at: STARTED,
        expires_at: new Date(Date.now() + 86_400_000),
        ...row,
      })
      const { secret, columns } = mint('demo', 'live')
      await insert('keys_version', { id: newId('ver'), key_id: id, number: 1, ...columns })
      return { id, secret }
    },
    async addAdminKey(row) {
      const { secret, columns } = mint('clv', 'admin')
      const id = newId('adm')
      await insert('identity_admin_key', { id, workspace_id: workspaceId, created_by: 'old', ...columns, ...row })
      return secret
    },
    async dispose() {
      await seal.close()
      await store.dispose()
    },
  }
}

/** Today's seal makes identity keys, which no schema before 0026 takes: it makes them, and they are taken out again. */
async function openSealOf(store: TestStore): Promise<Seal> {
  await store.raw('alter table seal_key drop constraint seal_key_purpose_check', [])
  const seal = await openSeal(store, store.config, silentLog)
  await store.raw("delete from seal_key where purpose = 'identity'", [])
  const purposes = "('root', 'term', 'kek', 'pepper', 'audit')"
  await store.raw(`alter table seal_key add constraint seal_key_purpose_check check (purpose in ${purposes})`, [])
  return seal
}
