/** Who may ask `keys/verify` (decision 12), as the data plane wants it: from the directory of admin keys. */
import type { MaybePromise, Verifier } from '@claviger/gateway'
import type { AdminKeyDirectory, AdminKeyLookup, KnownAdminKey } from '#identity'

export class Verifiers {
  readonly #directory: AdminKeyDirectory
  /** One object per known key, so that the hot path makes none. */
  readonly #made = new WeakMap<KnownAdminKey, Verifier>()

  constructor(directory: AdminKeyDirectory) {
    this.#directory = directory
  }

  find(presented: string): MaybePromise<Verifier | undefined | 'unavailable'> {
    const lookup = this.#directory.find(presented)
    return lookup instanceof Promise ? lookup.then((found) => this.#judge(found)) : this.#judge(lookup)
  }

  #judge(lookup: AdminKeyLookup): Verifier | undefined | 'unavailable' {
    if (lookup.kind === 'unavailable') return 'unavailable'
    return lookup.kind === 'found' ? this.#verifierOf(lookup.key) : undefined
  }

  #verifierOf(key: KnownAdminKey): Verifier {
    const made = this.#made.get(key)
    if (made !== undefined) return made
    const mayAtAll = key.permissions.has('keys.verify')
    const { apiIds } = key.bounds
    const verifier: Verifier = {
      id: key.id,
      workspaceId: key.workspaceId,
      mayVerifySome: mayAtAll && apiIds?.size !== 0,
      mayVerify: (apiId) => mayAtAll && (apiIds === undefined || (apiId !== undefined && apiIds.has(apiId))),
    }
    this.#made.set(key, verifier)
    return verifier
  }
}
