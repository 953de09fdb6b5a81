/**
 * Peppers: the keys of the hashes under which presented secrets are stored. One is current, older ones stay readable
 * until no stored hash needs them. Held in memory, because the hot path hashes without waiting.
 */
import type { Db } from '#store'
import { INSTALLATION } from './key-id.ts'
import type { Keyring } from './keyring.ts'
import type { SecretHash } from './primitives.ts'
import { ReadyHmac } from './ready-hmac.ts'
import { selectLiving } from './rows.ts'
import { SealError } from './seal-error.ts'

export interface KeyedDigest {
  readonly pepperVersion: number
  /** 32 bytes. */
  readonly digest: Uint8Array
}

/** No text begins with this byte in UTF-8: nobody can present one whose digest is that of a stored hash. */
const NO_TEXT = 0xff
const HASH_MARKS: Readonly<Record<SecretHash, Uint8Array>> = { sha256: markOf('sha256'), sha512: markOf('sha512') }

interface LoadedPeppers {
  readonly currentVersion: number
  readonly current: ReadyHmac
  readonly byVersion: ReadonlyMap<number, ReadyHmac>
}

export class Peppers {
  readonly #keyring: Keyring
  #loaded: LoadedPeppers | undefined

  constructor(keyring: Keyring) {
    this.#keyring = keyring
  }

  /** Reads all living peppers. Hand in the pool, not a transaction: what is not committed must not be hashed with. */
  async load(db: Db): Promise<void> {
    const byVersion = new Map<number, ReadyHmac>()
    let currentVersion = 0
    for (const row of await selectLiving(db, 'pepper', INSTALLATION)) {
      byVersion.set(row.version, new ReadyHmac((await this.#keyring.open(db, row)).secret))
      if (row.state === 'current') currentVersion = row.version
    }
    const current = byVersion.get(currentVersion)
    if (current === undefined) throw new SealError('key_missing', 'There is no current pepper.')
    this.#loaded = { currentVersion, current, byVersion }
  }

  /** 0 when the seal is closed. */
  get currentVersion(): number {
    return this.#loaded?.currentVersion ?? 0
  }

  digest(presented: string): KeyedDigest {
    const loaded = this.#loaded
    if (loaded === undefined) throw new SealError('key_missing', 'The seal is closed.')
    return { pepperVersion: loaded.currentVersion, digest: loaded.current.digest(presented) }
  }

  digestUnder(version: number, presented: string): Uint8Array | undefined {
    const pepper = this.#loaded?.byVersion.get(version)
    return pepper?.digest(presented)
  }

  digestHashUnder(version: number, algorithm: SecretHash, hash: Uint8Array): Uint8Array | undefined {
    const pepper = this.#loaded?.byVersion.get(version)
    return pepper?.digest(Buffer.concat([HASH_MARKS[algorithm], hash]))
  }

  close(): void {
    for (const pepper of this.#loaded?.byVersion.values() ?? []) pepper.wipe()
    this.#loaded = undefined
  }
}

function markOf(algorithm: SecretHash): Uint8Array {
  return Uint8Array.of(NO_TEXT, ...new TextEncoder().encode(algorithm), NO_TEXT)
}
