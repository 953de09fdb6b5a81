/** What an imported key must be: a hash of the right form, and no more than a key that is made here may be given. */
import { ClavigerError, isPattern, type FieldProblem } from '@claviger/core'
import type { SecretHash } from '#seal'
import { boundedExpiry, checkLife } from './check-grant.ts'

export type HashEncoding = 'hex' | 'base64' | 'base64url'

export interface ImportedHash {
  readonly algorithm: SecretHash
  readonly encoding: HashEncoding
}

const HASH_BYTES: Readonly<Record<SecretHash, number>> = { sha256: 32, sha512: 64 }
const FORMS: Readonly<Record<HashEncoding, RegExp>> = {
  hex: /^[0-9a-fA-F]+$/,
  base64: /^[A-Za-z0-9+/]+={0,2}$/,
  base64url: /^[A-Za-z0-9_-]+={0,2}$/,
}

/** The bytes of a hash, or why the text is none. Padding of base64 may be left out; anything else must be exact. */
export function readHash(text: string, { algorithm, encoding }: ImportedHash): Uint8Array | string {
  if (!FORMS[encoding].test(text)) return `The hash is not ${encoding}.`
  const bytes = Buffer.from(text, encoding)
  if (bytes.byteLength !== HASH_BYTES[algorithm]) {
    return `A ${algorithm} hash has ${HASH_BYTES[algorithm]} bytes, this one has ${bytes.byteLength}.`
  }
  const canonical = bytes.toString(encoding).replace(/=+$/, '')
  const given = encoding === 'hex' ? text.toLowerCase() : text.replace(/=+$/, '')
  // Of bits behind the last byte another reader might make another hash.
  return canonical === given ? bytes : `The hash is not ${encoding}: it has bits that belong to no byte.`
}

/** What one item asks for, beside its hash. */
export interface ImportedGrant {
  readonly scopes: readonly string[]
  readonly roleIds: readonly string[]
  /** Null: the plan of the app. */
  readonly planId: string | null
  readonly notBefore: Date | null
  readonly expiresAt: Date | null
}

export interface ImportRules {
  readonly catalogue: ReadonlySet<string>
  /** Whether the caller may grant the scope. */
  readonly mayGrant: (scope: string) => boolean
  readonly isWithinMaximum: (scope: string) => boolean
  /** Why an imported key cannot be given the role; undefined: it can. */
  readonly faultOfRole: (id: string) => string | undefined
  /** Of those that the items name, the ones that the workspace has. */
  readonly plans: ReadonlySet<string>
  readonly maxKeyAgeSeconds: number
  readonly nowMs: number
}

/** The end of the key's life, or why it cannot be given this. */
export function readGrant(grant: ImportedGrant, rules: ImportRules): Date | string {
  const missing = grant.scopes.find((scope) => !rules.catalogue.has(scope))
  if (missing !== undefined) return `None of the key's apis has the scope ${missing}.`
  const beyond = grant.scopes.find((scope) => !rules.mayGrant(scope))
  if (beyond !== undefined) return `Your admin key may not grant the scope ${beyond}.`
  const over = grant.scopes.find((scope) => !rules.isWithinMaximum(scope))
  if (over !== undefined) return `The maximum of the key's apis does not hold ${over}.`
  const wildcard = grant.scopes.find(isPattern)
  if (wildcard !== undefined) return `The wildcard ${wildcard} needs a reason: grant it when the key is imported.`
  const fault = grant.roleIds.map(rules.faultOfRole).find((each) => each !== undefined)
  if (fault !== undefined) return fault
  if (grant.planId !== null && !rules.plans.has(grant.planId))
    return `There is no plan ${grant.planId} in this workspace.`
  try {
    const { nowMs, maxKeyAgeSeconds } = rules
    const expiresAt = boundedExpiry(grant.expiresAt, nowMs, nowMs, maxKeyAgeSeconds)
    checkLife(grant.notBefore, expiresAt)
    return expiresAt
  } catch (error) {
    if (error instanceof ClavigerError) return firstProblem(error.errors) ?? error.message
    throw error
  }
}

function firstProblem(errors: readonly FieldProblem[]): string | undefined {
  return errors[0]?.detail
}
