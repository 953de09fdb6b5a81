/** The contract of an injector: how one kind of credential is put into a request. */
import type { Readable } from 'node:stream'
import type { MaybePromise } from '@claviger/gateway'

/** The request as it is about to leave. What signs needs all of it. */
export interface Outgoing {
  readonly origin: string
  readonly method: string
  /** Path and query. */
  readonly path: string
  /** Flat name, value, name, value. */
  readonly headers: readonly string[]
  readonly body: Readable | Uint8Array | undefined
}

/** What the credential changes. */
export interface Injected {
  readonly path: string
  /** Flat; each name in lower case. They replace what the caller sent under the same names. */
  readonly headers: readonly string[]
}

/**
 * One kind of credential. `Settings` is what the operator chose beside the secret.
 * An injector trusts nobody: the caller's own value in the same place must be gone afterwards.
 */
export interface Injector<Settings> {
  /** For the console and the API's list of kinds. */
  readonly title: string
  inject(outgoing: Outgoing, settings: Settings, secret: string): MaybePromise<Injected>
}
