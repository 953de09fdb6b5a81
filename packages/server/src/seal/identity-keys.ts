/**
 * The keys under which we say to upstreams whose call it is. One signs, the next is published already, and those before
 * it stay published while what they signed may be good. Held in memory: nobody waits for a signature.
 */
import type { Db, Tx } from '#store'
import { INSTALLATION, type KeyName } from './key-id.ts'
import type { Keyring } from './keyring.ts'
import { lockCurrent, promoteKey, retireKey, selectCurrent, selectLiving, selectStaged } from './rows.ts'
import { SealError } from './seal-error.ts'
import { signingKeyOf, type SigningKey } from './signing-key.ts'

/** How long one signs before the next takes over. */
const ROTATE_AFTER_MS = 90 * 24 * 3_600_000

/** Signs what upstreams are told of callers. */
export interface IdentitySigner {
  /** Changes with every rotation. */
  readonly keyId: string
  /** @param claims JSON @returns a JWT, signed with ES256 (RFC 7515 §7.1) */
  sign(claims: string): string
  /** The JWK set of all keys that are, were lately, or will be signed under (RFC 7517 §5), as JSON. */
  readonly jwks: string
}

interface Loaded {
  readonly key: SigningKey
  /** Encoded: the same for every token. */
  readonly header: string
  readonly jwks: string
}

export class IdentityKeys implements IdentitySigner {
  readonly #keyring: Keyring
  #loaded: Loaded | undefined

  constructor(keyring: Keyring) {
    this.#keyring = keyring
  }

  /** Hand in the pool, not a transaction: what is not committed must not be signed with. */
  async load(db: Db): Promise<void> {
    let current: SigningKey | undefined
    const all: SigningKey[] = []
    for (const row of await selectLiving(db, 'identity', INSTALLATION)) {
      const key = signingKeyOf((await this.#keyring.open(db, row)).secret)
      all.push(key)
      if (row.state === 'current') current = key
    }
    if (current === undefined) throw new SealError('key_missing', 'There is no current identity key.')
    const header = base64url(`{"alg":"ES256","typ":"JWT","kid":"${current.jwk.kid}"}`)
    this.#loaded = { key: current, header, jwks: JSON.stringify({ keys: all.map(({ jwk }) => jwk) }) }
  }

  get keyId(): string {
    return this.#known.key.jwk.kid
  }

  get jwks(): string {
    return this.#known.jwks
  }

  sign(claims: string): string {
    const { key, header } = this.#known
    const signed = `${header}.${base64url(claims)}`
    return `${signed}.${Buffer.from(key.sign(Buffer.from(signed))).toString('base64url')}`
  }

  close(): void {
    this.#loaded = undefined
  }

  get #known(): Loaded {
    if (this.#loaded === undefined) throw new SealError('key_missing', 'The seal is closed.')
    return this.#loaded
  }
}

/** Makes the first two where there are none. Call it under the lock of the seal. */
export async function ensureIdentityKeys(tx: Tx, keyring: Keyring): Promise<void> {
  if ((await selectCurrent(tx, 'identity', INSTALLATION)) !== undefined) return
  await keyring.make(tx, nameOf(1))
  await keyring.make(tx, nameOf(2), 'staged')
}

/** The one that was published begins to sign, and another is published. */
export async function rotateIdentityKey(tx: Tx, keyring: Keyring): Promise<KeyName> {
  const old = await lockCurrent(tx, 'identity', INSTALLATION)
  const next = await selectStaged(tx, 'identity', INSTALLATION)
  if (old === undefined || next === undefined)
    throw new SealError('key_missing', 'There is no current identity key, or none that is published.')
  await retireKey(tx, old)
  await promoteKey(tx, next)
  await keyring.make(tx, nameOf(next.version + 1), 'staged')
  return nameOf(next.version)
}

/** The next one was published when the current one began to sign. */
export async function isIdentityKeyDue(db: Db, nowMs: number): Promise<boolean> {
  const next = await selectStaged(db, 'identity', INSTALLATION)
  return next !== undefined && nowMs - next.created_at.getTime() >= ROTATE_AFTER_MS
}

const nameOf = (version: number): KeyName => ({ purpose: 'identity', scope: INSTALLATION, version })

const base64url = (text: string): string => Buffer.from(text).toString('base64url')
