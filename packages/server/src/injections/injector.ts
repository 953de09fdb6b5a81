/** The contract of an injector: how one kind of credential is put into a request. */
import type { Readable } from 'node:stream'
import type { SecureContext } from 'node:tls'
import type { FieldProblem } from '@claviger/core'
import type { MaybePromise } from '@claviger/gateway'
import type { z } from 'zod'

/** The request as it is about to leave. What signs needs all of it. */
export interface Outgoing {
  readonly origin: string
  /** What `Host` will say. */
  readonly authority: string
  readonly method: string
  /** Path and query. */
  readonly path: string
  /** Flat name, value, name, value. */
  readonly headers: readonly string[]
  /** In memory where the injector asked for that. */
  readonly body: Readable | Uint8Array | undefined
}

/** What the credential changes. */
export interface Injected {
  readonly path: string
  /** Flat; each name in lower case. They replace what the caller sent under the same names. */
  readonly headers: readonly string[]
  /** Names in lower case that the caller may not send beside them either. */
  readonly removes?: ReadonlySet<string>
  /** Who we are to the upstream's TLS. Connections are shared by requests with this very object, and by nobody else. */
  readonly identity?: ClientIdentity
  /**
   * To be told when the upstream answered 401 to what was put in. True: another value will be put in next time, so the
   * request is worth sending once more.
   */
  readonly refused?: () => boolean
}

export interface ClientIdentity {
  readonly context: SecureContext
}

/** A credential that has been opened, made ready to be put into one request after the other. */
export interface Ready {
  /** A streamed body is read into memory first, as far as this; undefined: the body is not looked at. */
  readonly readsBodyBytes?: number
  /** @throws InjectionProblem when it cannot be put in at the moment */
  inject(outgoing: Outgoing): MaybePromise<Injected>
}

/** A small request of the injector's own. It leaves through the same guard as all others, without a credential. */
export interface OwnRequest {
  readonly origin: string
  readonly method: string
  readonly path: string
  readonly headers: readonly string[]
  readonly body: Uint8Array | undefined
}

export interface OwnAnswer {
  readonly status: number
  readonly body: Uint8Array
}

/** What an injector may use, handed in. */
export interface Tools {
  nowMs(): number
  /** Never follows a redirect. @throws InjectionProblem */
  fetch(request: OwnRequest): Promise<OwnAnswer>
}

/** What is known when a credential is stored. */
export interface Stored {
  readonly nowMs: number
  readonly origins: readonly string[]
  /** Hosts that may be reached in plaintext. */
  readonly namedHosts: ReadonlySet<string>
}

/**
 * One kind of credential. An injector trusts nobody: the caller's own value in the same place must be gone afterwards.
 * `Schema` is of what the operator chose beside the secret; its `kind` is the kind's name in the catalogue.
 */
export interface Injector<Schema extends z.ZodType<{ readonly kind: string }>> {
  /** For the console and the API's list of kinds. */
  readonly title: string
  readonly settings: Schema
  /** What keeps a secret with these settings from ever working. Undefined: any secret that fits on one line will do. */
  flaws?(settings: z.output<Schema>, secret: string, stored: Stored): readonly FieldProblem[]
  /** When it ends by itself, in Unix ms. */
  expiresAtMs?(settings: z.output<Schema>): number
  /** Once for each credential that is opened. */
  ready(settings: z.output<Schema>, secret: string, tools: Tools): Ready
}

/** Why a credential cannot be put in. The detail is for operators: hosts and causes, never anything of a secret. */
export class InjectionProblem extends Error {
  override readonly name = 'InjectionProblem'
}
