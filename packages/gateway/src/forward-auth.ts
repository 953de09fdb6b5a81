/** What forward-auth and identity tokens need of the server beside the ports: the server hands it in. */
import type { ApiPart, PartRef } from '@claviger/core'
import type { MaybePromise } from './ports.ts'

/** Signs what upstreams are told of callers. Its private keys stand elsewhere. */
export interface IdentitySigner {
  /** Changes with every rotation: what was signed under another one is signed anew. */
  readonly keyId: string
  /** @param claims JSON @returns a JWT (RFC 7519) in its compact form */
  sign(claims: string): string
  /** The public keys as a JWK set (RFC 7517 §5), as JSON. */
  readonly jwks: string
}

export interface ForwardAuth {
  /** Is it the secret by which proxies show that they may ask (decision 12)? Compared in constant time. */
  isSecret(presented: string): boolean
  /** An api by its id, or by its name in the first workspace. Must answer at once for one that it knows. */
  api(nameOrId: string): MaybePromise<PartRef<ApiPart> | undefined | 'unavailable'>
  readonly identity: IdentitySigner
  /** `iss` of identity tokens: how people reach this installation. */
  readonly issuer: string
}
