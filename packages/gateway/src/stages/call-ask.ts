/** A call of ours as the decision core sees it. */
import type { Ask, GeoLookup, IpAddress } from '@claviger/core'
import type { Context } from '../context.ts'
import type { Target, Verified } from '../exchange.ts'
import { apiVersionOf } from '../http/api-version.ts'
import { clientCertificateOf } from '../http/client-certificate.ts'

/** A class for its getters: what hardly any key asks for is looked up when it is read, and no call pays for closures. */
export class CallAsk implements Ask {
  readonly nowMs: number
  readonly clientIp: IpAddress
  readonly apiId: string | undefined
  readonly scopes: readonly string[]
  readonly #context: Context
  readonly #known: Verified
  readonly #target: Target | undefined

  /** @param target undefined: is the key good as such? */
  constructor(context: Context, known: Verified, target: Target | undefined) {
    this.nowMs = context.ports.clock.nowMs()
    this.clientIp = known.clientIp
    this.apiId = target?.api.current.id
    this.scopes = target?.requiredScopes ?? NO_SCOPES
    this.#context = context
    this.#known = known
    this.#target = target
  }

  get origin(): string | undefined {
    return this.#known.headers.origin
  }

  get referer(): string | undefined {
    return this.#known.headers.referer
  }

  get userAgent(): string | undefined {
    return this.#known.headers['user-agent']
  }

  get method(): string {
    return this.#known.method
  }

  get path(): string {
    const { rest } = this.#known
    return rest === '' ? '/' : rest
  }

  get apiVersion(): string | undefined {
    const target = this.#target
    const source = target === undefined || target.kind === 'model' ? undefined : target.apiVersion
    return source === undefined ? undefined : apiVersionOf(source, this.#known)
  }

  get clientCertificate(): string | undefined {
    return clientCertificateOf(this.#known)
  }

  get geo(): GeoLookup | undefined {
    return this.#context.ports.snapshots.geo
  }
}

const NO_SCOPES: readonly string[] = []
