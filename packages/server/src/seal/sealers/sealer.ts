/**
 * The contract of a seal: whatever holds the one key that is not in the database and wraps the root key.
 * One file in this folder and one line in `index.ts` make a new one (Shamir, PKCS#11, cloud KMS, transit, TPM).
 */
import type { Config, Log } from '#config'

export interface Sealer {
  /** As in the list of sealers: `key-file`. */
  readonly type: string
  /** Names the seal's own key without telling anything about it; stands beside the wrapped root key. */
  readonly keyId: string
  /** Wraps key bytes; `header` is authenticated. */
  wrap(keyBytes: Uint8Array, header: Uint8Array): Promise<Uint8Array>
  /**
   * @returns bytes that the caller zeroes
   * @throws SealError `unreadable` (wrong key, changed bytes) or `seal_unavailable`
   */
  unwrap(wrapped: Uint8Array, header: Uint8Array): Promise<Uint8Array>
  /** Lets go of the key. */
  close(): void
}

export interface SealerContext {
  readonly config: Config
  readonly log: Log
  /** `first` only while the database holds no root key: then, and only then, may a key be made. */
  readonly start: 'first' | 'later'
}

/** @throws StartError in plain words when the seal's key is missing, exposed or malformed */
export type OpenSealer = (context: SealerContext) => Promise<Sealer>
