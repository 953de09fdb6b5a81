/**
 * Wraps and unwraps the keys of `seal_key`. Unwrapped keys are remembered by name and check value together, so that a
 * key seen in a transaction that was rolled back later is never taken for the one that was made in its stead, and a key
 * that another process made needs no announcement.
 */
import type { Db } from '#store'
import { closeBox, openBox } from './box.ts'
import { checkValueHeader, INSTALLATION, keyId, wrappedKeyHeader, type KeyName } from './key-id.ts'
import { equal, wipe } from './primitives.ts'
import { countOnCurrent, insertKey, selectKey, type KeyRow } from './rows.ts'
import { SealError } from './seal-error.ts'
import type { Sealer } from './sealers/sealer.ts'
import type { KeyWear } from './key-wear.ts'
import { commitment, newKeyBytes, workingKey, type WorkingKey } from './working-key.ts'

/** About 1 KB each; two for every workspace in use. */
const REMEMBERED_KEYS = 20_000

export class Keyring {
  readonly #sealer: Sealer
  readonly #wear: KeyWear
  readonly #remembered = new Map<string, Promise<WorkingKey>>()

  constructor(sealer: Sealer, wear: KeyWear) {
    this.#sealer = sealer
    this.#wear = wear
  }

  /** The key of a row, from memory or unwrapped through its parents; concurrent calls unwrap once. */
  async open(db: Db, row: KeyRow): Promise<WorkingKey> {
    refuseDestroyed(row)
    const id = `${keyId(row)} ${Buffer.from(row.check_value).toString('latin1')}`
    const known = this.#remembered.get(id)
    if (known !== undefined) return known
    const opening = this.unwrap(db, row)
    this.#forgetOldest()
    this.#remembered.set(id, opening)
    opening.catch(() => this.#remembered.delete(id))
    return opening
  }

  /** Unwraps a row anew and compares its check value. @throws SealError `unreadable`, `key_missing` */
  async unwrap(db: Db, row: KeyRow): Promise<WorkingKey> {
    refuseDestroyed(row)
    const bytes = await this.#unwrapBytes(db, row)
    const key = workingKey(bytes)
    if (!equal(commitment(key, checkValueHeader(row)), row.check_value)) {
      throw new SealError('unreadable', `Key ${keyId(row)} does not match its check value.`)
    }
    return key
  }

  /** Makes a key under its parent: a root key under the seal, a term under the root key, all else under the term. */
  async make(db: Db, name: KeyName, state: 'current' | 'staged' = 'current'): Promise<void> {
    const bytes = newKeyBytes()
    const { parent, wrapped } = await this.wrap(db, name, bytes)
    const checkValue = commitment(workingKey(bytes), checkValueHeader(name))
    await insertKey(db, { ...name, state, parent, wrapped, checkValue })
  }

  /** Wraps a key's bytes under the parent that is current now. */
  async wrap(
    db: Db,
    name: KeyName,
    bytes: Uint8Array,
  ): Promise<{ readonly parent: string; readonly wrapped: Uint8Array }> {
    if (name.purpose === 'root') {
      const parent = this.#sealer.keyId
      return { parent, wrapped: await this.#sealer.wrap(bytes, wrappedKeyHeader(name, parent)) }
    }
    const parentRow = await this.#countOnParent(db, name.purpose === 'term' ? 'root' : 'term')
    const parent = keyId(parentRow)
    return { parent, wrapped: closeBox(await this.open(db, parentRow), wrappedKeyHeader(name, parent), bytes) }
  }

  /** Wraps a living key anew, under the parent that is current now. */
  async rewrap(db: Db, row: KeyRow): Promise<{ readonly parent: string; readonly wrapped: Uint8Array }> {
    const bytes = (await this.open(db, row)).secret.export()
    try {
      return await this.wrap(db, row, bytes)
    } finally {
      wipe(bytes)
    }
  }

  /** Lets go of every key. */
  close(): void {
    this.#remembered.clear()
    this.#sealer.close()
  }

  async #unwrapBytes(db: Db, row: KeyRow): Promise<Uint8Array> {
    const header = wrappedKeyHeader(row, row.parent)
    if (row.purpose === 'root') return this.#sealer.unwrap(row.wrapped, header)
    const parent = await selectKey(db, parentName(row))
    if (parent === undefined)
      throw new SealError('key_missing', `Key ${row.parent}, which wraps ${keyId(row)}, is not there.`)
    return openBox(await this.open(db, parent), header, row.wrapped)
  }

  async #countOnParent(db: Db, purpose: 'root' | 'term'): Promise<KeyRow> {
    const row = await countOnCurrent(db, purpose, 1)
    if (row === undefined) throw new SealError('key_missing', `There is no current ${purpose} key.`)
    this.#wear.check(row, row.operations)
    return row
  }

  #forgetOldest(): void {
    if (this.#remembered.size < REMEMBERED_KEYS) return
    const oldest = this.#remembered.keys().next().value
    if (oldest !== undefined) this.#remembered.delete(oldest)
  }
}

function refuseDestroyed(row: KeyRow): void {
  if (row.state === 'destroyed') throw new SealError('key_missing', `Key ${keyId(row)} was destroyed.`)
}

/** A row's own purpose says what its parent is; the text must agree, so that no row chooses another kind of parent. */
function parentName(row: KeyRow): KeyName {
  const purpose = row.purpose === 'term' ? 'root' : 'term'
  const [stated, version] = row.parent.split('/')
  if (stated !== purpose || version === undefined || !/^\d{1,9}$/.test(version)) {
    throw new SealError('unreadable', `Key ${keyId(row)} names ${row.parent} as its parent, which cannot be.`)
  }
  return { purpose, scope: INSTALLATION, version: Number(version) }
}
