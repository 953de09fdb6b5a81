/** What the rest of the server knows of all cryptography. */
import type { Secret } from '@claviger/core'
import type { Db, Tx } from '#store'
import type { FindSample, KeyCheck, SampleCheck, SealStatus } from './check-keys.ts'
import type { IdentitySigner } from './identity-keys.ts'
import type { KeyedDigest } from './peppers.ts'
import type { SecretHash } from './primitives.ts'
import type { Place } from './record.ts'

/** Answers `hmac-sha256:<64 hex digits>` of a value under one workspace's audit key. */
export type AuditHasher = (value: Uint8Array | string) => string

/** A rotation that the seal decided on by itself: a key had done its share of operations, or had been used long enough. */
export interface AutomaticRotation {
  readonly purpose: 'root' | 'term' | 'kek' | 'identity'
  /** Undefined for keys of the installation. */
  readonly workspaceId: string | undefined
  readonly version: number
}

export interface Seal {
  // ── primitives ──
  /** From the system's CSPRNG. */
  randomBytes(count: number): Uint8Array
  /** SHA-256; strings count as UTF-8. */
  sha256(bytes: Uint8Array | string): Uint8Array
  /** Constant time. */
  equal(a: Uint8Array, b: Uint8Array): boolean

  // ── keyed hashes of presented secrets: hot path, nothing to wait for ──
  /** HMAC-SHA-256 under the current pepper. */
  digest(presented: string): KeyedDigest
  /** Under an older pepper. Undefined: unknown here; `refresh` and ask again before the secret is called wrong. */
  digestUnder(pepperVersion: number, presented: string): Uint8Array | undefined
  /** Of a text, as another system may have stored it. */
  hashText(algorithm: SecretHash, text: string): Uint8Array
  /**
   * Of the hash of a secret that is not known (it was stored by another system): HMAC-SHA-256 under that pepper of the
   * algorithm and the hash, apart from the digests of all texts. Undefined: the pepper is unknown here.
   */
  digestHashUnder(pepperVersion: number, algorithm: SecretHash, hash: Uint8Array): Uint8Array | undefined
  /** The version that `digest` hashes under: a hash under another one is due for an upgrade. */
  readonly currentPepperVersion: number
  /** Reads the peppers and the identity keys anew: after a rotation has been committed, here or elsewhere. Concurrent calls read once. */
  refresh(): Promise<void>

  // ── what upstreams are told of callers: nothing to wait for ──
  readonly identity: IdentitySigner

  // ── records ──
  /** Makes the keys of a new workspace: its KEK and its audit key. Harmless when they are there. */
  ensureWorkspace(tx: Tx, workspaceId: string): Promise<void>
  /** Seals under a key of its own. The answer is one `bytea`. @throws SealError */
  sealRecord(db: Db, place: Place, plaintext: Uint8Array): Promise<Uint8Array>
  /** @throws SealError `unreadable` when anything differs from how it was sealed; `key_missing` once destroyed */
  openRecord(db: Db, place: Place, sealed: Uint8Array): Promise<Secret<Uint8Array>>
  /** Seals anew under the workspace's current KEK. */
  resealRecord(db: Db, place: Place, sealed: Uint8Array): Promise<Uint8Array>
  /** @param workspaceId undefined for what belongs to the installation */
  auditHasher(db: Db, workspaceId: string | undefined): Promise<AuditHasher>

  // ── rotations: in the caller's transaction; after its commit, where peppers or identity keys are concerned, call `refresh` ──
  /** A new keyring term. Then call `rewrapKeys` until it answers 0: the old term is destroyed with the last one. */
  rotateKeyring(tx: Tx): Promise<{ readonly version: number }>
  rewrapKeys(tx: Tx, limit: number): Promise<number>
  rotatePepper(tx: Tx): Promise<{ readonly version: number }>
  rotateIdentityKey(tx: Tx): Promise<{ readonly version: number }>
  rotateWorkspaceKey(tx: Tx, workspaceId: string): Promise<{ readonly version: number }>
  /** A new root key; everything is rewrapped in the same transaction. */
  rotateRoot(tx: Tx): Promise<{ readonly version: number }>
  /** Destroys peppers that were retired over an hour ago and that no stored hash needs. @returns the destroyed versions */
  destroyPeppers(tx: Tx, versionsInUse: ReadonlySet<number>): Promise<readonly number[]>
  /** Destroys KEKs of a workspace that were retired over an hour ago and that no stored record needs. @returns the destroyed versions */
  destroyWorkspaceKeys(tx: Tx, workspaceId: string, versionsInUse: ReadonlySet<number>): Promise<readonly number[]>
  /** Makes a new key file and wraps the root key under it too; a server that starts with that file makes it the only one. */
  stageKeyFile(tx: Tx, file: string): Promise<{ readonly sealId: string }>
  /** Rotates worn-out keys and finishes what rotations left behind; for a job of the worker role. Own transactions. */
  maintain(): Promise<void>

  // ── doctor ──
  checkAll(): Promise<readonly KeyCheck[]>
  /** Registers a kind of sealed record. Every room that seals something does this once at start. */
  registerSample(kind: string, find: FindSample): void
  openSamples(): Promise<readonly SampleCheck[]>
  status(): Promise<SealStatus>

  /** Waits for what is under way, then lets go of all keys. */
  close(): Promise<void>
}
