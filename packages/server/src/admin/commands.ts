/** The verbs of the machine's own door. Each gets parsed options and an open installation, or opens what it needs. */
import { resolve } from 'node:path'
import { appendEntry, type Actor } from '#audit'
import { describeConfig, type Config, type Environment, type Log } from '#config'
import { appendChange } from '#feed'
import { createAdminKey, createSetupLink, isRole, NOBODY_ABOVE, ROLE_NAMES } from '#identity'
import { sealIdOf } from '#seal'
import { openStore, readMigrations, type Store, type Tx } from '#store'
import {
  homeWorkspaceOf,
  identityRoomOf,
  openInstallation,
  tellIdentityKey,
  type Installation,
} from '../installation.ts'
import { readBackup, writeBackup } from './backup.ts'

export interface AdminOptions {
  readonly role: string | undefined
  readonly name: string | undefined
  readonly file: string | undefined
}

export interface AdminCall {
  readonly config: Config
  readonly log: Log
  readonly env: Environment
  readonly options: AdminOptions
}

/** What is printed: as JSON with `--json`, else a line each. `failed`: the exit code is 1. */
export interface AdminAnswer {
  readonly answer: object
  readonly failed?: boolean
}

export interface AdminCommand {
  readonly words: string
  readonly what: string
  readonly run: (call: AdminCall) => Promise<AdminAnswer>
}

const MACHINE: Actor = { type: 'machine', id: 'claviger admin' }
const REWRAP_BATCH = 100

/** Opens the installation for one piece of work. */
async function within<Answer>(call: AdminCall, work: (installation: Installation) => Promise<Answer>): Promise<Answer> {
  const installation = await openInstallation(
    call.config,
    call.log,
    openStore(call.config, call.log, { role: 'admin' }),
  )
  try {
    return await work(installation)
  } finally {
    await installation.close()
  }
}

async function createKey(call: AdminCall): Promise<AdminAnswer> {
  const { role = 'owner', name = `${call.options.role ?? 'owner'} key made on the machine` } = call.options
  if (!isRole(role))
    return { answer: { error: `There is no role ${role}. Roles: ${ROLE_NAMES.join(', ')}` }, failed: true }
  return within(call, async (installation) => {
    const room = identityRoomOf(installation)
    const workspaceId = await homeWorkspaceOf(room)
    const issued = await createAdminKey(
      room,
      { workspaceId, actor: MACHINE },
      { name, role, apiIds: null, scopes: null, expiresAt: null },
      NOBODY_ABOVE,
    )
    return { answer: { id: issued.row.id, workspace_id: workspaceId, name, role, secret: issued.secret.reveal() } }
  })
}

async function setupLink(call: AdminCall): Promise<AdminAnswer> {
  return within(call, async (installation) => {
    const room = identityRoomOf(installation)
    const workspaceId = await homeWorkspaceOf(room)
    const link = await createSetupLink(room, { workspaceId, actor: MACHINE }, null)
    return { answer: { url: link.url.reveal(), expires_at: link.expiresAt.toISOString() } }
  })
}

async function showConfig({ env }: AdminCall): Promise<AdminAnswer> {
  return { answer: { variables: describeConfig(env) } }
}

async function doctor(call: AdminCall): Promise<AdminAnswer> {
  return within(call, async ({ seal, store, clock }) => {
    const keys = await seal.checkAll()
    const samples = await seal.openSamples()
    const skew = await clockSkewMs(store, clock.nowMs())
    const disk = store.disk()
    const checks = [
      ...keys.map((key) => ({
        check: `key ${key.keyId}`,
        ok: key.problem === undefined,
        detail: key.problem ?? key.state,
      })),
      ...samples.map((sample) => ({
        check: `ciphertexts: ${sample.kind}`,
        ok: sample.outcome !== 'failed',
        detail: sample.problem ?? sample.outcome,
      })),
      { check: 'clock against the database', ok: Math.abs(skew) < 2_000, detail: `${skew} ms` },
      { check: 'disk', ok: disk.level !== 'full', detail: `${Math.floor(disk.freeBytes / 1024 / 1024)} MB free` },
    ]
    return { answer: { ok: checks.every((check) => check.ok), checks }, failed: checks.some((check) => !check.ok) }
  })
}

async function clockSkewMs(store: Store, nowMs: number): Promise<number> {
  const rows = await store.raw('select clock_timestamp() as now', [])
  const now = rows[0]?.['now']
  return now instanceof Date ? nowMs - now.getTime() : Number.NaN
}

async function migrate(call: AdminCall): Promise<AdminAnswer> {
  return within(call, async () => ({ answer: { schema: readMigrations().at(-1)?.name ?? 'empty' } }))
}

async function backup(call: AdminCall): Promise<AdminAnswer> {
  const { file } = call.options
  if (file === undefined)
    return { answer: { error: 'Say where to: claviger backup --file claviger.backup' }, failed: true }
  return within(call, async ({ store, seal, clock }) => {
    const { sealId } = await seal.status()
    const { rows } = await writeBackup(store, sealId, file, clock.nowMs())
    return { answer: { file, rows, seal_id: sealId, note: 'The seal key is not in it. Keep a copy of it elsewhere.' } }
  })
}

async function restore(call: AdminCall): Promise<AdminAnswer> {
  const { file } = call.options
  if (file === undefined)
    return { answer: { error: 'Say from where: claviger restore --file claviger.backup' }, failed: true }
  const sealId = await sealIdOf(call.config, call.log)
  const store = await openStore(call.config, call.log, { role: 'admin' })
  let loaded: Awaited<ReturnType<typeof readBackup>>
  try {
    loaded = await readBackup(store, file, sealId)
  } finally {
    await store.close()
  }
  // Opening the seal proves that the key beside the data is the one that the backup was sealed under.
  return within(call, async ({ seal }) => {
    const samples = await seal.openSamples()
    return {
      answer: {
        rows: loaded.rows,
        made_at: loaded.createdAt,
        opened: Object.fromEntries(samples.map((sample) => [sample.kind, sample.outcome])),
        note: 'What was revoked after the backup was made is not revoked in it. Look through the audit log of the lost installation.',
      },
    }
  })
}

async function rotateKeyring(call: AdminCall): Promise<AdminAnswer> {
  return within(call, async (installation) => {
    const { store, seal } = installation
    const workspaceId = await homeWorkspaceOf(identityRoomOf(installation))
    const { version } = await store.transaction(async (tx) => {
      const made = await seal.rotateKeyring(tx)
      await recordRotation(tx, workspaceId, { what: 'keyring', version: made.version })
      return made
    })
    let rewrapped = 0
    for (let moved = -1; moved !== 0; rewrapped += moved)
      moved = await store.transaction(async (tx) => seal.rewrapKeys(tx, REWRAP_BATCH))
    return { answer: { term: version, rewrapped_keys: rewrapped } }
  })
}

async function rotatePepper(call: AdminCall): Promise<AdminAnswer> {
  return within(call, async (installation) => {
    const { store, seal } = installation
    const workspaceId = await homeWorkspaceOf(identityRoomOf(installation))
    const { version } = await store.transaction(async (tx) => {
      const made = await seal.rotatePepper(tx)
      await recordRotation(tx, workspaceId, { what: 'pepper', version: made.version })
      await appendChange(tx, {
        workspaceId,
        kind: 'edit',
        subjectType: 'pepper',
        subjectId: String(made.version),
        detail: { version: made.version },
      })
      return made
    })
    return {
      answer: {
        pepper: version,
        note: 'Hashes move to it as their keys are used. Older peppers stay until no hash needs them.',
      },
    }
  })
}

async function rotateIdentityKey(call: AdminCall): Promise<AdminAnswer> {
  return within(call, async (installation) => {
    const { store, seal } = installation
    const workspaceId = await homeWorkspaceOf(identityRoomOf(installation))
    const { version } = await store.transaction(async (tx) => {
      const made = await seal.rotateIdentityKey(tx)
      await recordRotation(tx, workspaceId, { what: 'identity', version: made.version })
      await tellIdentityKey(tx, made.version)
      return made
    })
    return {
      answer: { identity_key: version, note: 'It had been published before; the one before it stays for an hour.' },
    }
  })
}

async function sealStatus(call: AdminCall): Promise<AdminAnswer> {
  return within(call, async ({ seal }) => {
    const status = await seal.status()
    const current = (key: (typeof status)['root']) =>
      key && { version: key.version, operations: key.operations, made_at: key.createdAt }
    return {
      answer: {
        seal: status.sealType,
        seal_id: status.sealId,
        staged_seal_id: status.stagedSealId ?? null,
        root: current(status.root),
        term: current(status.term),
        pepper: current(status.pepper),
        identity_key: current(status.identity),
      },
    }
  })
}

async function stageSeal(call: AdminCall): Promise<AdminAnswer> {
  const { file } = call.options
  if (file === undefined)
    return { answer: { error: 'Say where the new seal key shall be written: --file FILE' }, failed: true }
  return within(call, async (installation) => {
    const { store, seal } = installation
    const workspaceId = await homeWorkspaceOf(identityRoomOf(installation))
    const { sealId } = await store.transaction(async (tx) => {
      const staged = await seal.stageKeyFile(tx, resolve(file))
      await appendEntry(tx, {
        workspaceId,
        actor: MACHINE,
        operation: 'seal.stage',
        outcome: 'success',
        status: 200,
        resource: { type: 'seal', id: staged.sealId },
      })
      return staged
    })
    return {
      answer: {
        file: resolve(file),
        staged_seal_id: sealId,
        note: 'Nothing has changed yet. Bring the file to every machine, set CLAVIGER_SEAL_KEY_FILE to it and restart: the first start with it makes it the only seal key.',
      },
    }
  })
}

/** As the control API records it, so that it is found there. */
async function recordRotation(
  tx: Tx,
  workspaceId: string,
  { what, version }: { readonly what: 'keyring' | 'pepper' | 'identity'; readonly version: number },
): Promise<void> {
  await appendEntry(tx, {
    workspaceId,
    actor: MACHINE,
    operation: 'seal.rotate',
    outcome: 'success',
    status: 200,
    resource: { type: what, id: 'installation' },
    values: { purpose: what, version },
  })
}

export const ADMIN_COMMANDS: readonly AdminCommand[] = [
  {
    words: 'admin create-key',
    what: 'Make an admin key. [--role owner|operator|auditor|verifier] [--name TEXT]',
    run: createKey,
  },
  { words: 'admin setup-link', what: 'Make a new one-time set-up link; the one before ends.', run: setupLink },
  { words: 'config', what: 'List all settings with their values and defaults.', run: showConfig },
  { words: 'doctor', what: 'Check every key, and open a sample of every kind of ciphertext.', run: doctor },
  { words: 'migrate', what: 'Bring the database to the schema of this version.', run: migrate },
  { words: 'backup', what: 'Write a backup of the whole installation. --file FILE', run: backup },
  { words: 'restore', what: 'Restore a backup into an empty installation. --file FILE', run: restore },
  { words: 'seal status', what: 'Tell the seal, the current keys and how often they were used.', run: sealStatus },
  { words: 'seal stage', what: 'Make a new seal key, for a later start. --file FILE', run: stageSeal },
  { words: 'keyring rotate', what: 'Make a new keyring term and rewrap all keys under it.', run: rotateKeyring },
  { words: 'pepper rotate', what: 'Make a new pepper; hashes move to it as keys are used.', run: rotatePepper },
  { words: 'identity-key rotate', what: 'Sign identity tokens under the next published key.', run: rotateIdentityKey },
]
