/**
 * Rotations. Each adds a new version and leaves the old one readable; nothing that was sealed before is lost.
 * All of them work in the caller's transaction, which records them in the audit log too.
 */
import type { Tx } from '#store'
import {
  checkValueHeader,
  INSTALLATION,
  keyId,
  STAGED,
  wrappedKeyHeader,
  type KeyName,
  type KeyPurpose,
} from './key-id.ts'
import type { Keyring } from './keyring.ts'
import { wipe } from './primitives.ts'
import {
  countWrappedUnder,
  deleteStagedRoot,
  destroyKey,
  insertKey,
  lockCurrent,
  lockSeal,
  lockWrappedElsewhere,
  retireKey,
  rewrapRow,
  selectLiving,
  selectLongRetired,
  selectStagedRoot,
  type KeyRow,
} from './rows.ts'
import { SealError } from './seal-error.ts'
import type { Sealer } from './sealers/sealer.ts'
import { commitment } from './working-key.ts'

/** Makes the next version of a term, pepper or KEK current. */
export async function rotateKey(
  tx: Tx,
  keyring: Keyring,
  purpose: 'term' | 'pepper' | 'kek',
  scope: string,
): Promise<KeyName> {
  const old = await locked(tx, purpose, scope)
  const next = { purpose, scope, version: old.version + 1 }
  await retireKey(tx, old)
  await keyring.make(tx, next)
  return next
}

/**
 * Wraps up to `limit` more keys under the current term, and destroys older terms that wrap nothing any more.
 *
 * @returns how many were wrapped anew; call again until it is 0
 */
export async function rewrapKeys(tx: Tx, keyring: Keyring, limit: number): Promise<number> {
  const term = await locked(tx, 'term', INSTALLATION)
  const rows = await lockWrappedElsewhere(tx, term, limit)
  for (const row of rows) {
    const { parent, wrapped } = await keyring.rewrap(tx, row)
    await rewrapRow(tx, row, parent, wrapped)
  }
  for (const old of await selectLiving(tx, 'term', INSTALLATION)) {
    if (old.state === 'retired' && (await countWrappedUnder(tx, keyId(old))) === 0) await destroyKey(tx, old)
  }
  return rows.length
}

/** A new root key under the seal; all terms are wrapped anew under it at once, and the old one is destroyed. */
export async function rotateRoot(tx: Tx, keyring: Keyring): Promise<KeyName> {
  await lockSeal(tx)
  if ((await selectStagedRoot(tx)) !== undefined) {
    throw new SealError('misuse', 'A change of the seal is under way; finish it before the root key is rotated.')
  }
  // The term is locked before the root key: whoever makes a term takes these locks in the same order.
  await locked(tx, 'term', INSTALLATION)
  const terms = await selectLiving(tx, 'term', INSTALLATION)
  const next = await rotateTop(tx, keyring)
  for (const term of terms) {
    const { parent, wrapped } = await keyring.rewrap(tx, term)
    await rewrapRow(tx, term, parent, wrapped)
  }
  await destroyKey(tx, { ...next, version: next.version - 1 })
  return next
}

async function rotateTop(tx: Tx, keyring: Keyring): Promise<KeyName> {
  const old = await locked(tx, 'root', INSTALLATION)
  const next = { purpose: 'root', scope: INSTALLATION, version: old.version + 1 } as const
  await retireKey(tx, old)
  await keyring.make(tx, next)
  return next
}

/** Destroys peppers, KEKs or identity keys that were retired over an hour ago and that nothing stored needs any more. @returns the destroyed versions */
export async function destroyRetired(
  tx: Tx,
  purpose: Extract<KeyPurpose, 'pepper' | 'kek' | 'identity'>,
  scope: string,
  versionsInUse: ReadonlySet<number>,
): Promise<readonly number[]> {
  await locked(tx, purpose, scope)
  const gone = (await selectLongRetired(tx, purpose, scope)).filter((row) => !versionsInUse.has(row.version))
  for (const row of gone) await destroyKey(tx, row)
  return gone.map((row) => row.version)
}

/** Wraps the root key under another seal as well. Nothing changes until a server starts with that seal. */
export async function stageSeal(tx: Tx, keyring: Keyring, next: Sealer): Promise<void> {
  await lockSeal(tx)
  const root = await locked(tx, 'root', INSTALLATION)
  if (root.parent === next.keyId) throw new SealError('misuse', 'This seal is in use already.')
  const name = { purpose: 'root', scope: STAGED, version: root.version } as const
  const key = await keyring.open(tx, root)
  const bytes = key.secret.export()
  try {
    await deleteStagedRoot(tx)
    const wrapped = await next.wrap(bytes, wrappedKeyHeader(name, next.keyId))
    const checkValue = commitment(key, checkValueHeader(name))
    await insertKey(tx, { ...name, state: 'staged', parent: next.keyId, wrapped, checkValue })
  } finally {
    wipe(bytes)
  }
}

/** The server was started with the staged seal: from now on it is the only one. */
export async function promoteSeal(tx: Tx, root: KeyRow, staged: KeyRow, sealer: Sealer): Promise<void> {
  const bytes = await sealer.unwrap(staged.wrapped, wrappedKeyHeader(staged, staged.parent))
  try {
    await rewrapRow(tx, root, sealer.keyId, await sealer.wrap(bytes, wrappedKeyHeader(root, sealer.keyId)))
    await deleteStagedRoot(tx)
  } finally {
    wipe(bytes)
  }
}

async function locked(tx: Tx, purpose: KeyPurpose, scope: string): Promise<KeyRow> {
  const row = await lockCurrent(tx, purpose, scope)
  if (row === undefined)
    throw new SealError('key_missing', `There is no current ${purpose} key${scope === '' ? '' : ` of ${scope}`}.`)
  return row
}
