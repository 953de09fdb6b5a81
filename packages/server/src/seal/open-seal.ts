/** Opens the seal at start: finds or makes the hierarchy of keys, and says in plain words why it cannot. */
import { Secret } from '@claviger/core'
import { StartError, type Config, type Log } from '#config'
import type { Db, Store, Tx } from '#store'
import { bindSeal } from './bind-seal.ts'
import { checkKeys, checkSamples, readStatus, type FindSample } from './check-keys.ts'
import { ensureIdentityKeys, IdentityKeys, rotateIdentityKey } from './identity-keys.ts'
import { INSTALLATION, keyId } from './key-id.ts'
import { Keyring } from './keyring.ts'
import { KeyWear, WEAR_LIMITS, type WearLimits } from './key-wear.ts'
import { maintainKeys } from './maintain-keys.ts'
import { Peppers } from './peppers.ts'
import { equal, hashText, hmacSha256, randomBytes, sha256, wipe } from './primitives.ts'
import { closeRecord, kekVersionOf, openRecord, type Place } from './record.ts'
import { destroyRetired, promoteSeal, rewrapKeys, rotateKey, rotateRoot, stageSeal } from './rotate.ts'
import { lockSeal, selectCurrent, selectKey, selectStagedRoot } from './rows.ts'
import type { AuditHasher, AutomaticRotation, Seal } from './seal.ts'
import { SealError } from './seal-error.ts'
import { sealers } from './sealers/index.ts'
import { keyFileSealer, makeKeyFile, readKeyFile } from './sealers/key-file.ts'
import type { Sealer } from './sealers/sealer.ts'
import { singleFlight } from './single-flight.ts'

export interface SealOptions {
  readonly wearLimits?: WearLimits
  /** Told in the transaction of each automatic rotation, so that it can be recorded there. */
  readonly onRotated?: (tx: Tx, rotation: AutomaticRotation) => Promise<void>
}

/**
 * @throws StartError `seal_key_missing`, `seal_key_wrong`, `seal_key_exposed`, `seal_key_malformed`,
 *   `seal_key_unreadable`, `seal_key_unwritable`
 */
export async function openSeal(store: Store, config: Config, log: Log, options: SealOptions = {}): Promise<Seal> {
  const limits = options.wearLimits ?? WEAR_LIMITS
  const onRotated = options.onRotated ?? (() => Promise.resolve())
  const wear = new KeyWear(limits, () => void maintainSoon())
  const sealer = await store.transaction((tx) => findOrMakeHierarchy(tx, config, log, wear))
  const keyring = new Keyring(sealer, wear)
  const peppers = new Peppers(keyring)
  const identity = new IdentityKeys(keyring)
  const refresh = singleFlight(async () => {
    await peppers.load(store.db)
    await identity.load(store.db)
  })
  await refresh()
  const maintain = singleFlight(() => maintainKeys({ store, keyring, limits, onRotated, refresh, log }))
  const samples = new Map<string, FindSample>()

  async function maintainSoon(): Promise<void> {
    try {
      await maintain()
    } catch (err) {
      log.warn({ err }, 'A worn-out key could not be rotated; it is tried again.')
    }
  }

  async function open(db: Db, place: Place, sealed: Uint8Array): Promise<Uint8Array> {
    const row = await selectKey(db, { purpose: 'kek', scope: place.workspaceId, version: kekVersionOf(sealed) })
    if (row === undefined)
      throw new SealError('key_missing', `The key of this record of ${place.workspaceId} is not there.`)
    return openRecord(await keyring.open(db, row), place, sealed)
  }

  async function close(db: Db, place: Place, plaintext: Uint8Array): Promise<Uint8Array> {
    const row = await selectCurrent(db, 'kek', place.workspaceId)
    if (row === undefined) throw new SealError('key_missing', `Workspace ${place.workspaceId} has no key.`)
    const kek = await keyring.open(db, row)
    await wear.take(store.db, db, row)
    return closeRecord(kek, row.version, place, plaintext)
  }

  const seal: Seal = {
    randomBytes,
    sha256,
    equal,
    digest: (presented) => peppers.digest(presented),
    digestUnder: (version, presented) => peppers.digestUnder(version, presented),
    hashText,
    digestHashUnder: (version, algorithm, hash) => peppers.digestHashUnder(version, algorithm, hash),
    get currentPepperVersion() {
      return peppers.currentVersion
    },
    refresh,
    identity,
    ensureWorkspace: (tx, workspaceId) => ensureWorkspace(tx, keyring, workspaceId),
    sealRecord: close,
    openRecord: async (db, place, sealed) => new Secret(await open(db, place, sealed)),
    async resealRecord(db, place, sealed) {
      const plaintext = await open(db, place, sealed)
      try {
        return await close(db, place, plaintext)
      } finally {
        wipe(plaintext)
      }
    },
    auditHasher: (db, workspaceId) => auditHasher(db, keyring, workspaceId ?? INSTALLATION),
    rotateKeyring: (tx) => rotateKey(tx, keyring, 'term', INSTALLATION),
    rewrapKeys: (tx, limit) => rewrapKeys(tx, keyring, limit),
    rotatePepper: (tx) => rotateKey(tx, keyring, 'pepper', INSTALLATION),
    rotateIdentityKey: (tx) => rotateIdentityKey(tx, keyring),
    rotateWorkspaceKey: (tx, workspaceId) => rotateKey(tx, keyring, 'kek', workspaceId),
    rotateRoot: (tx) => rotateRoot(tx, keyring),
    destroyPeppers: (tx, versionsInUse) => destroyRetired(tx, 'pepper', INSTALLATION, versionsInUse),
    destroyWorkspaceKeys: (tx, workspaceId, versionsInUse) => destroyRetired(tx, 'kek', workspaceId, versionsInUse),
    async stageKeyFile(tx, file) {
      await makeKeyFile(file)
      const next = keyFileSealer(await readKeyFile(file, 'first'))
      await stageSeal(tx, keyring, next)
      return { sealId: next.keyId }
    },
    maintain,
    checkAll: () => checkKeys(store.db, keyring),
    registerSample(kind, find) {
      samples.set(kind, find)
    },
    openSamples: () =>
      checkSamples(store.db, samples, async (place, sealed) => wipe(await open(store.db, place, sealed))),
    status: () => readStatus(store.db, sealer),
    async close() {
      await wear.settled()
      await maintain.settled()
      peppers.close()
      identity.close()
      keyring.close()
    },
  }
  bindSeal(store.db, seal)
  return seal
}

/** Under a lock, so that two first starts at once make one hierarchy. */
async function findOrMakeHierarchy(tx: Tx, config: Config, log: Log, wear: KeyWear): Promise<Sealer> {
  await lockSeal(tx)
  const root = await selectCurrent(tx, 'root', INSTALLATION)
  const sealer = await sealers['key-file']({ config, log, start: root === undefined ? 'first' : 'later' })
  if (root === undefined) {
    const keyring = new Keyring(sealer, wear)
    for (const purpose of ['root', 'term', 'pepper', 'audit'] as const) {
      await keyring.make(tx, { purpose, scope: INSTALLATION, version: 1 })
    }
    await ensureIdentityKeys(tx, keyring)
    return sealer
  }
  if (root.parent === sealer.keyId) {
    // Proves that the key does open this database, before anything is answered with it.
    await proveRoot(tx, sealer, wear)
    await ensureIdentityKeys(tx, new Keyring(sealer, wear))
    return sealer
  }
  const staged = await selectStagedRoot(tx)
  if (staged?.parent !== sealer.keyId) throw wrongSeal(sealer, root.parent)
  await promoteSeal(tx, root, staged, sealer)
  await proveRoot(tx, sealer, wear)
  await ensureIdentityKeys(tx, new Keyring(sealer, wear))
  log.info(
    { sealId: sealer.keyId, formerSealId: root.parent },
    'The new seal has taken over; the former one opens nothing in this database any more.',
  )
  return sealer
}

async function proveRoot(tx: Tx, sealer: Sealer, wear: KeyWear): Promise<void> {
  const root = await selectCurrent(tx, 'root', INSTALLATION)
  if (root === undefined) throw new SealError('key_missing', 'There is no current root key.')
  try {
    await new Keyring(sealer, wear).unwrap(tx, root)
  } catch (cause) {
    throw new StartError(
      'seal_key_wrong',
      `The root key in the database does not open under seal ${sealer.keyId}: its row was changed. Restore it from a backup.`,
      { cause },
    )
  }
}

function wrongSeal(sealer: Sealer, expected: string): StartError {
  return new StartError(
    'seal_key_wrong',
    `This is the wrong seal key: the database was sealed under ${expected}, and the key given is ${sealer.keyId}. ` +
      'Put the right key file in place, or say where it is with CLAVIGER_SEAL_KEY_FILE. Nothing was changed.',
  )
}

async function ensureWorkspace(tx: Tx, keyring: Keyring, workspaceId: string): Promise<void> {
  if (workspaceId === INSTALLATION) throw new SealError('misuse', 'A workspace has an id.')
  for (const purpose of ['kek', 'audit'] as const) {
    if ((await selectCurrent(tx, purpose, workspaceId)) === undefined)
      await keyring.make(tx, { purpose, scope: workspaceId, version: 1 })
  }
}

async function auditHasher(db: Db, keyring: Keyring, scope: string): Promise<AuditHasher> {
  const row = await selectCurrent(db, 'audit', scope)
  if (row === undefined)
    throw new SealError('key_missing', `There is no ${keyId({ purpose: 'audit', scope, version: 1 })}.`)
  const { secret } = await keyring.open(db, row)
  return (value) => `hmac-sha256:${Buffer.from(hmacSha256(secret, value)).toString('hex')}`
}
