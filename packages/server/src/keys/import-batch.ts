/** The items of an import, from what came in to rows: hashes read, keyed at once, and told apart from each other. */
import { makeId } from '@claviger/core'
import { setImmediate as letOthersWork } from 'node:timers/promises'
import type { Seal } from '#seal'
import type { WireLimit } from '#usage'
import { readHash, type ImportedGrant, type ImportedHash } from './check-import.ts'
import { awakeFrom } from './create-key.ts'
import { tagOf, type ImportForm } from './import-forms.ts'
import type { ImportRow } from './rows-import.ts'

export interface ImportedKey extends ImportedGrant {
  /** As it came. */
  readonly hash: string
  readonly name: string
  /** Null: whoever owns the app. */
  readonly owner: string | null
  readonly tags: readonly string[]
  readonly environment: string
  readonly limits: readonly WireLimit[]
  readonly metadata: Readonly<Record<string, unknown>>
  readonly disabled: boolean
  /** What may be shown of the secret's beginning and end. */
  readonly start: string | null
  readonly lastFour: string | null
}

/** An item that was read, or why it could not be. */
export type ImportItem =
  | { readonly kind: 'key'; readonly key: ImportedKey }
  | { readonly kind: 'invalid'; readonly detail: string }

/** An item whose hash is good, keyed; what it may be given is not looked at yet. */
export interface Candidate {
  readonly kind: 'candidate'
  readonly key: ImportedKey
  readonly keyId: string
  readonly versionId: string
  readonly digest: Uint8Array
  readonly tag: string
  /** Under peppers of the past: the hash may have been imported then. */
  readonly earlierTags: readonly string[]
}

export type Judged = Candidate | { readonly kind: 'invalid'; readonly detail: string }

const ID_BYTES = 10
const YIELD_EVERY = 500

/** In the order of the items. Keyed hashes of thousands of items take a while: others get their turn in between. */
export async function readBatch(
  seal: Seal,
  items: readonly ImportItem[],
  how: { readonly hash: ImportedHash; readonly forms: readonly ImportForm[]; readonly nowMs: number },
): Promise<{ readonly judged: readonly Judged[]; readonly pepperVersion: number }> {
  const { algorithm } = how.hash
  const pepperVersion = seal.currentPepperVersion
  const earlier = how.forms.filter((form) => form.form === algorithm && form.pepperVersion !== pepperVersion)
  const random = seal.randomBytes(2 * ID_BYTES * items.length)
  const judged: Judged[] = []
  for (const [index, item] of items.entries()) {
    if (index % YIELD_EVERY === YIELD_EVERY - 1) await letOthersWork()
    const bytes = item.kind === 'key' ? readHash(item.key.hash, how.hash) : item.detail
    if (item.kind === 'invalid' || typeof bytes === 'string') {
      judged.push({ kind: 'invalid', detail: String(bytes) })
      continue
    }
    const digest = keyed(seal, pepperVersion, how.hash, bytes)
    const at = 2 * ID_BYTES * index
    judged.push({
      kind: 'candidate',
      key: item.key,
      keyId: makeId('key', how.nowMs, random.subarray(at, at + ID_BYTES)),
      versionId: makeId('ver', how.nowMs, random.subarray(at + ID_BYTES, at + 2 * ID_BYTES)),
      digest,
      tag: tagOf(digest),
      earlierTags: earlier.map((form) => tagOf(keyed(seal, form.pepperVersion, how.hash, bytes))),
    })
  }
  return { judged, pepperVersion }
}

export function rowOf({ key, keyId, versionId, digest, tag }: Candidate, expiresAt: Date, nowMs: number): ImportRow {
  return {
    id: keyId,
    version_id: versionId,
    name: key.name,
    owner: key.owner,
    tags: arrayLiteral(key.tags),
    environment: key.environment,
    scopes: arrayLiteral(key.scopes),
    role_ids: arrayLiteral(key.roleIds),
    limits: key.limits,
    plan_id: key.planId,
    metadata: key.metadata,
    not_before: key.notBefore?.toISOString() ?? null,
    expires_at: expiresAt.toISOString(),
    awake_at: awakeFrom(key.notBefore, nowMs).toISOString(),
    disabled_at: key.disabled ? new Date(nowMs).toISOString() : null,
    tag,
    digest: Buffer.from(digest).toString('hex'),
    last_four: key.lastFour ?? '',
    start_hint: key.start,
  }
}

function keyed(seal: Seal, pepperVersion: number, { algorithm }: ImportedHash, hash: Uint8Array): Uint8Array {
  const digest = seal.digestHashUnder(pepperVersion, algorithm, hash)
  if (digest === undefined) throw new Error(`pepper ${pepperVersion} is not known here`)
  return digest
}

/** Slugs, scopes and ids hold neither quotes nor backslashes. */
function arrayLiteral(items: readonly string[]): string {
  return items.length === 0 ? '{}' : `{"${items.join('","')}"}`
}
