/** How keys are named: `term/3`, `kek/wsp_…/2`. A name stands in headers, so a row cannot be put in another's place. */
import { lengthPrefixed } from '@claviger/core'

/**
 * `root` wraps `term`; the current `term` wraps every `kek` (one per workspace), `pepper`, `audit` and `identity` key.
 * What each is for: docs/guide/seal.md.
 */
export type KeyPurpose = 'root' | 'term' | 'kek' | 'pepper' | 'audit' | 'identity'

/** Keys of the whole installation have the empty scope, keys of one workspace its id. */
export const INSTALLATION = ''

/** The scope of the root key's second wrapping while the seal is being changed. */
export const STAGED = 'staged'

export interface KeyName {
  readonly purpose: KeyPurpose
  readonly scope: string
  readonly version: number
}

export function keyId(name: KeyName): string {
  return name.scope === INSTALLATION
    ? `${name.purpose}/${name.version}`
    : `${name.purpose}/${name.scope}/${name.version}`
}

const FORMAT = 1

/** What a wrapped key's box is bound to: its own name and the key that wraps it. */
export function wrappedKeyHeader(name: KeyName, parent: string): Uint8Array {
  return lengthPrefixed(['claviger/wrapped-key', FORMAT, name.purpose, name.scope, name.version, parent])
}

/** What a key's check value is computed over. It outlives rewrapping, so the parent is not in it. */
export function checkValueHeader(name: KeyName): Uint8Array {
  return lengthPrefixed(['claviger/key-check', FORMAT, name.purpose, name.scope, name.version])
}
