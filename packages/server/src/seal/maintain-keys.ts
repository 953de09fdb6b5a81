/** What the seal does by itself: rotates keys that have done their share, and finishes what rotations left behind. */
import type { Log } from '#config'
import type { Store, Tx } from '#store'
import { isIdentityKeyDue, rotateIdentityKey } from './identity-keys.ts'
import { INSTALLATION, keyId } from './key-id.ts'
import type { Keyring } from './keyring.ts'
import type { WearLimits } from './key-wear.ts'
import { destroyRetired, rewrapKeys, rotateKey, rotateRoot } from './rotate.ts'
import { lockCurrent, lockSeal, selectWornOut, type KeyRow } from './rows.ts'
import type { AutomaticRotation } from './seal.ts'

const REWRAP_BATCH = 200

export interface Maintenance {
  readonly store: Store
  readonly keyring: Keyring
  readonly limits: WearLimits
  readonly onRotated: (tx: Tx, rotation: AutomaticRotation) => Promise<void>
  /** Has this process sign under the key that is current now. */
  readonly refresh: () => Promise<void>
  readonly log: Log
}

export async function maintainKeys(maintenance: Maintenance): Promise<void> {
  const { store, keyring, limits } = maintenance
  await maintainIdentityKeys(maintenance)
  for (const row of await selectWornOut(store.db, limits.rotateAtOperations)) {
    await store.transaction((tx) => rotateWornOut(tx, maintenance, row))
  }
  while ((await store.transaction((tx) => rewrapKeys(tx, keyring, REWRAP_BATCH))) > 0);
}

const NO_VERSIONS: ReadonlySet<number> = new Set()

/** What was signed an hour ago is good no more. */
async function maintainIdentityKeys({ store, keyring, onRotated, refresh, log }: Maintenance): Promise<void> {
  await store.transaction((tx) => destroyRetired(tx, 'identity', INSTALLATION, NO_VERSIONS))
  if (!(await isIdentityKeyDue(store.db, Date.now()))) return
  await store.transaction(async (tx) => {
    await lockCurrent(tx, 'identity', INSTALLATION)
    // Another process may have been quicker.
    if (!(await isIdentityKeyDue(tx, Date.now()))) return
    const { version } = await rotateIdentityKey(tx, keyring)
    await onRotated(tx, { purpose: 'identity', workspaceId: undefined, version })
    log.info({ version }, 'Another identity key signs now; it had been published before.')
  })
  await refresh()
}

async function rotateWornOut(tx: Tx, { keyring, limits, onRotated, log }: Maintenance, row: KeyRow): Promise<void> {
  if (row.purpose === 'pepper' || row.purpose === 'audit' || row.purpose === 'identity') return
  // All who lock several of these lock them in this order.
  if (row.purpose === 'root') {
    await lockSeal(tx)
    await lockCurrent(tx, 'term', INSTALLATION)
  }
  // Another process may have been quicker.
  const current = await lockCurrent(tx, row.purpose, row.scope)
  if (current === undefined || current.operations < limits.rotateAtOperations) return
  const next =
    row.purpose === 'root' ? await rotateRoot(tx, keyring) : await rotateKey(tx, keyring, row.purpose, row.scope)
  const workspaceId = row.scope === INSTALLATION ? undefined : row.scope
  await onRotated(tx, { purpose: row.purpose, workspaceId, version: next.version })
  log.info({ key: keyId(next), operations: current.operations }, 'Rotated a key that had done its share of operations.')
}
