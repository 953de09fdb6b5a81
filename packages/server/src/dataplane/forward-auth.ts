/** What the gateway's forward-auth is handed: who may ask, which apis there are, and who signs. */
import { isId, type Secret } from '@claviger/core'
import type { ForwardAuth } from '@claviger/gateway'
import type { ApiNames } from '#keys'
import type { Seal } from '#seal'

export interface ForwardAuthParts {
  readonly seal: Seal
  readonly apiNames: ApiNames
  /** Undefined: only trusted addresses may ask. */
  readonly secret: Secret<string> | undefined
  readonly issuer: string
}

export function createForwardAuth({ seal, apiNames, secret, issuer }: ForwardAuthParts): ForwardAuth {
  // hashes have one length: nothing of a secret can be learned from how long a comparison takes
  const expected = secret === undefined ? undefined : seal.sha256(secret.reveal())
  return {
    isSecret: (presented) => expected !== undefined && seal.equal(seal.sha256(presented), expected),
    api: (nameOrId) => (isId('api', nameOrId) ? apiNames.byId(nameOrId) : apiNames.byName(nameOrId)),
    identity: seal.identity,
    issuer,
  }
}
