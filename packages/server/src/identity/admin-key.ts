/** The secret of an operator, and of a set-up link: both have the form of every Claviger key, so scanners know them. */
import { composeKey, makePublicId, parseKey, Secret } from '@claviger/core'
import type { Seal } from '#seal'

const PREFIX = 'clv'

/** What the middle part says. */
export type AdminSecretKind = 'admin' | 'setup'

export interface MintedSecret {
  readonly secret: Secret<string>
  /** What is stored of it. */
  readonly columns: { readonly public_id: string; readonly pepper_version: number; readonly digest: Buffer }
}

export function mintSecret(seal: Seal, kind: AdminSecretKind): MintedSecret {
  const publicId = makePublicId(seal.randomBytes(24))
  const text = composeKey({ prefix: PREFIX, environment: kind, publicId, secret: seal.randomBytes(32) })
  const { pepperVersion, digest } = seal.digest(text)
  return {
    secret: new Secret(text),
    columns: { public_id: publicId, pepper_version: pepperVersion, digest: Buffer.from(digest) },
  }
}

/** The public id within a presented secret, or why it cannot be one of ours. Touches nothing. */
export function readSecret(
  presented: string,
  kind: AdminSecretKind,
): { readonly publicId: string } | { readonly reason: 'malformed' | 'checksum' } {
  const parsed = parseKey(presented)
  if (parsed.kind === 'checksum') return { reason: 'checksum' }
  if (parsed.kind !== 'key' || parsed.prefix !== PREFIX || parsed.environment !== kind) return { reason: 'malformed' }
  return { publicId: parsed.publicId }
}
