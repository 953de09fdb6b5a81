/**
 * Tells an upstream whose call it is: a short JWT, made once for each version of a key and each audience, and used for half of
 * its life (decision 8). Whoever has the JWK set verifies it without asking us.
 * @see RFC 7519 §4.1, RFC 8693 §4.2 (`scope`)
 */
import {
  heldPatterns,
  type ApiPart,
  type AppPart,
  type KeyPart,
  type PartRef,
  type RolePart,
  type VersionPart,
} from '@claviger/core'
import { areCurrent, currentOf } from './caller-parts.ts'
import type { Caller } from './exchange.ts'
import type { ForwardAuth } from './forward-auth.ts'

const LIFE_MS = 300_000

export interface Identity {
  readonly token: string
  readonly keyId: string
  readonly appId: string
  /** With blanks between them; what the key holds for this api. */
  readonly scopes: string
  /** The claims but for `iat` and `exp`, as JSON. */
  readonly claims: string
}

/** As header fields: for the upstream, or for the proxy that forwards to it. None of the values is a stranger's. */
export function pushIdentity(fields: string[], { token, keyId, appId, scopes }: Identity): void {
  fields.push('X-Claviger-Identity', token, 'X-Claviger-Key-Id', keyId)
  fields.push('X-Claviger-App-Id', appId, 'X-Claviger-Scopes', scopes)
}

interface Made extends Identity {
  readonly key: KeyPart
  readonly app: AppPart
  readonly api: ApiPart
  readonly roles: readonly RolePart[]
  readonly signedUnder: string
  /** From this instant on another one is made. */
  readonly renewAtMs: number
}

export class IdentityTokens {
  readonly #signing: Pick<ForwardAuth, 'identity' | 'issuer'>
  readonly #made = new WeakMap<VersionPart, Map<string, Made>>()

  constructor(signing: Pick<ForwardAuth, 'identity' | 'issuer'>) {
    this.#signing = signing
  }

  /** @param api whom the token is for: `aud` is its id */
  identityOf(caller: Caller, api: PartRef<ApiPart>, nowMs: number): Identity {
    const { key, version } = caller
    const { current } = api
    const ofVersion = this.#made.get(version) ?? new Map<string, Made>()
    const known = ofVersion.get(current.id)
    if (known !== undefined && this.#isGood(known, { key, current, nowMs })) return known
    const made = this.#make(caller, api, nowMs)
    ofVersion.set(current.id, made)
    this.#made.set(version, ofVersion)
    return made
  }

  #isGood(known: Made, now: { readonly key: KeyPart; readonly current: ApiPart; readonly nowMs: number }): boolean {
    return (
      now.nowMs < known.renewAtMs &&
      known.key === now.key &&
      known.app === now.key.app.current &&
      known.api === now.current &&
      areCurrent(now.key.roles, known.roles) &&
      known.signedUnder === this.#signing.identity.keyId
    )
  }

  #make({ key, version }: Caller, api: PartRef<ApiPart>, nowMs: number): Made {
    const { identity, issuer } = this.#signing
    const app = key.app.current
    // what the key holds for other apis is none of this one's business
    const scopes = heldPatterns({ scopes: key.scopes, roles: key.roles, apis: [api] }).join(' ')
    const claims = JSON.stringify({
      iss: issuer,
      sub: key.id,
      aud: api.current.id,
      scope: scopes,
      app_id: app.id,
      workspace_id: key.workspace.current.id,
      environment: key.environment,
      key_version: version.number,
    })
    // no token outlives what it was made for
    const endsAtMs = Math.min(nowMs + LIFE_MS, key.expiresAtMs ?? Infinity, version.expiresAtMs ?? Infinity)
    const times = `"iat":${Math.floor(nowMs / 1_000)},"exp":${Math.floor(endsAtMs / 1_000)}`
    return {
      token: identity.sign(`${claims.slice(0, -1)},${times}}`),
      keyId: key.id,
      appId: app.id,
      scopes,
      claims,
      key,
      app,
      api: api.current,
      roles: key.roles.map(currentOf),
      signedUnder: identity.keyId,
      renewAtMs: nowMs + (endsAtMs - nowMs) / 2,
    }
  }
}
