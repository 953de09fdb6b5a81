/** One line of the audit log: who did what, to what, from where, with what outcome. */

export type ActorType = 'operator' | 'machine' | 'system' | 'setup'

export interface Actor {
  readonly type: ActorType
  readonly id: string
  /** The admin key that was used. */
  readonly keyId?: string | undefined
  /** The end client, after trusted proxies. */
  readonly clientIp?: string | undefined
  readonly userAgent?: string | undefined
  readonly requestId?: string | undefined
  /** Method and path template: `POST /api/v1/keys/{id}/rotate`. Never the path itself. */
  readonly endpoint?: string | undefined
  /** How long the request has taken so far, in ms. */
  readonly elapsedMs?: (() => number) | undefined
}

export interface NewEntry {
  /** Undefined: concerns the whole installation. */
  readonly workspaceId: string | undefined
  readonly actor: Actor
  /** Resource and verb: `keys.rotate`. */
  readonly operation: string
  readonly outcome: 'success' | 'refused'
  /** HTTP status as answered. */
  readonly status: number
  readonly resource: { readonly type: string; readonly id: string }
  /**
   * What was asked for. Strings are stored as HMACs unless the field stands in `public-fields.ts`; numbers, booleans and
   * instants are stored as they are.
   */
  readonly values?: Readonly<Record<string, unknown>>
  /** Default: what `actor.elapsedMs` says, else 0. */
  readonly durationMs?: number
}

/** As it was stored. Fields that were erased are undefined and named in `erased`. */
export interface Entry {
  readonly id: number
  /** Undefined for the second or so until the sequencer has come by. */
  readonly position: number | undefined
  readonly at: Date
  readonly workspaceId: string | undefined
  readonly actor: { readonly type: string; readonly id: string | undefined }
  readonly keyId: string | undefined
  readonly clientIp: string | undefined
  readonly userAgent: string | undefined
  readonly requestId: string | undefined
  readonly endpoint: string | undefined
  readonly operation: string
  readonly outcome: 'success' | 'refused'
  readonly status: number
  readonly durationMs: number
  readonly resource: { readonly type: string; readonly id: string | undefined }
  readonly values: Readonly<Record<string, unknown>>
  readonly erased: readonly string[]
}
