/**
 * What is sealed of a provider key: the secret together with where it may go and how. So whoever can write to the
 * database, but has no seal, cannot point a secret at another origin.
 */
import { Secret } from '@claviger/core'
import { z } from 'zod'
import { injection, type Injection } from '#injections'
import type { Place, Seal } from '#seal'
import type { Db } from '#store'

const content = z.strictObject({ secret: z.string(), origins: z.array(z.string()), injection })

export interface SealedContent {
  readonly secret: Secret<string>
  readonly origins: readonly string[]
  readonly injection: Injection
}

/** The name of this kind of ciphertext, also for `doctor`. */
export const PROVIDER_KEY_KIND = 'provider_key'

export interface VersionOf {
  readonly workspaceId: string
  readonly providerKeyId: string
  readonly version: number
}

/** A ciphertext opens only in the place that it was made for: rows cannot be swapped or old versions put back. */
export function placeOf(version: VersionOf): Place {
  return {
    workspaceId: version.workspaceId,
    table: 'vault_provider_key_version',
    recordId: version.providerKeyId,
    version: version.version,
    kind: PROVIDER_KEY_KIND,
  }
}

export async function sealSecret(seal: Seal, db: Db, version: VersionOf, wanted: SealedContent): Promise<Uint8Array> {
  const text = JSON.stringify({ secret: wanted.secret.reveal(), origins: wanted.origins, injection: wanted.injection })
  const plaintext = new TextEncoder().encode(text)
  try {
    return await seal.sealRecord(db, placeOf(version), plaintext)
  } finally {
    plaintext.fill(0)
  }
}

export async function openSecret(seal: Seal, db: Db, version: VersionOf, sealed: Uint8Array): Promise<SealedContent> {
  const plaintext = (await seal.openRecord(db, placeOf(version), sealed)).reveal()
  try {
    const opened = content.parse(JSON.parse(new TextDecoder().decode(plaintext)))
    return { secret: new Secret(opened.secret), origins: opened.origins, injection: opened.injection }
  } finally {
    plaintext.fill(0)
  }
}
