/**
 * The six ports: all that the data plane knows of the world. The server's `dataplane` room adapts its rooms to them.
 * Ports that are asked on every request may answer at once or with a promise: the hot path never pays for a promise
 * that it does not need.
 */
import type { Duplex, Readable } from 'node:stream'
import type { GeoLookup, IpAddress, KeyPart, LimitPolicy, LimitState, ShadowRefusal, VersionPart } from '@claviger/core'
import type { ModelPart, RoutePart, Timeouts } from './parts.ts'
import type { PlaceTable } from './places/place-table.ts'

export type MaybePromise<Value> = Value | Promise<Value>

// ── snapshots ────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Why a presented key is not one of ours. All but `unavailable` are answered alike (401 `credential_invalid`). */
export type Lookup =
  | { readonly kind: 'found'; readonly key: KeyPart; readonly version: VersionPart }
  | { readonly kind: 'unknown'; readonly reason: 'malformed' | 'checksum' | 'unknown_id' | 'wrong_secret' }
  /** Not cached, and the database does not answer: 503, never 401. */
  | { readonly kind: 'unavailable' }

/** Who may ask `keys/verify` (decision 12): an admin key, or another credential that holds `keys.verify`. */
export interface Verifier {
  /** For the journal: who asked. */
  readonly id: string
  /** Keys of other workspaces look unknown to it. */
  readonly workspaceId: string
  /** For this api; undefined: for every api of its workspace. */
  mayVerify(apiId: string | undefined): boolean
  /** For one api at least. */
  readonly mayVerifySome: boolean
}

/** What has changed, for those who decide elsewhere. */
export interface ToldChanges {
  /** Of the last of them. */
  readonly position: number
  readonly changes: readonly ToldChange[]
}

/** Whoever knows something by one of these names asks again. */
export interface ToldChange {
  readonly workspaceId: string
  /** Set: for those only who may verify for this api. */
  readonly apiId: string | undefined
  /** Ids of what has changed. */
  readonly names: readonly string[]
}

/** The end of the change feed, as far as this process remembers it. */
export interface ChangeLog {
  /** Another one after a backup was restored: positions of two logs have nothing to do with each other. */
  readonly logId: string
  /** Of the last change that was told. */
  readonly position: number
  /** What this process answers is at least as new. */
  readonly takenIn: number
  /** Undefined: not all of them are remembered. */
  after(position: number): ToldChanges | undefined
  /** @returns a function that ends it */
  follow(follower: { onChanges(told: ToldChanges): void; onResync(): void }): () => void
}

export interface Snapshots {
  /** Of the keys that are there and belong to that workspace, whatever state they are in. */
  keysOf(workspaceId: string, keyIds: readonly string[]): Promise<ReadonlyMap<string, KeyPart>>
  readonly changes: ChangeLog
  /** Finds the key of a presented secret: format, checksum, filter, cache, then at most one read by primary key. */
  find(presented: string): MaybePromise<Lookup>
  /** Revocations are checked outside the cache too. */
  isRevoked(key: KeyPart, version: VersionPart): boolean
  /** The caller of `keys/verify`; undefined: not a good credential. Must answer at once for one that it knows. */
  verifier(presented: string): MaybePromise<Verifier | undefined | 'unavailable'>
  routeByName(name: string): RoutePart | undefined
  /** Where routes answer beside `/gw/{name}`. */
  readonly places: Pick<PlaceTable, 'isEmpty' | 'find'>
  modelByName(workspaceId: string, name: string): ModelPart | undefined
  modelsOf(workspaceId: string): readonly ModelPart[]
  /** Where addresses are; asked for only by keys that are held to it. Undefined: no file tells it. */
  readonly geo?: GeoLookup | undefined
  /** How long ago the change feed was last known to be read to its end, in ms. */
  feedAgeMs(): number
}

// ── counters ─────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Whose call it is: what limits are counted apart by. */
export interface LimitSubject {
  readonly keyId: string
  readonly appId: string
  /** Route or model. */
  readonly targetId: string | undefined
  /** The end client. */
  readonly clientIp: IpAddress | undefined
}

/** Units of a block of credits that one call has spent; goes into the journal before the call is answered. */
export interface CreditSpend {
  /** Number of the block, within this process. */
  readonly block: number
  readonly units: number
}

/** What an admitted call holds until its end. */
export interface Hold {
  /** Of balances whose spends only the journal knows. */
  readonly credits: readonly CreditSpend[]
}

export type Admission =
  | {
      readonly kind: 'admitted'
      readonly states: readonly LimitState[]
      /** Undefined: nothing to release and nothing to journal. */
      readonly hold?: Hold | undefined
    }
  /** Nothing was charged. `blocking` is the limit that opens last of those that refused. */
  | { readonly kind: 'refused'; readonly states: readonly LimitState[]; readonly blocking: LimitState }
  /** The counter cannot be reached and the policy says refuse. */
  | { readonly kind: 'lost'; readonly policy: LimitPolicy }

export interface Counters {
  /** All limits in one step; none is charged when one refuses. `cost` in units, at least 1. */
  admit(policies: readonly LimitPolicy[], cost: number, subject?: LimitSubject): MaybePromise<Admission>
  /** The call has ended, however. Whoever calls this twice releases once. */
  release(hold: Hold): void
  /** Known prober? Answers the ms until it may try again, or 0. Local, approximate. */
  shieldedForMs(clientIp: IpAddress): number
  /**
   * One more failed authentication. Answers the ms that it is told to wait, because many fail at this key or prefix; 0: it is
   * told what is wrong. What is right never waits for that.
   */
  recordFailure(failed: FailedCredential): number
}

/** A credential that is not one of ours. The holder of a right one that is revoked, expired or disabled is no prober. */
export interface FailedCredential {
  /** Undefined: nobody knows it. */
  readonly clientIp: IpAddress | undefined
  /** As it came; undefined: it stood where keys do not. */
  readonly presented: string | undefined
  /** Of a closed set: it labels a metric. */
  readonly reason: string
}

// ── egress ───────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Message-shaped, so that egress can become a process of its own. The credential is added there, never here. */
export interface EgressRequest {
  /** The provider key to add; undefined: none. */
  readonly credentialId: string | undefined
  /** Who uses it: checked against the credential's own list of users. */
  readonly usedBy: {
    readonly kind: 'route' | 'model'
    readonly id: string
    readonly appId: string
    readonly workspaceId: string
  }
  readonly origin: string
  readonly method: string
  /** Path and query as they go on the wire. */
  readonly path: string
  /** Flat name, value, name, value; hop-by-hop headers and the caller's credential are already gone. */
  readonly headers: readonly string[]
  readonly body: Readable | Uint8Array | undefined
  readonly timeouts: Timeouts
}

export type EgressFailureCode =
  | 'origin_not_allowed' // the credential may not go there, or the user may not use it
  | 'address_not_allowed' // private or reserved address
  | 'credential_unavailable'
  | 'body_too_large' // for a credential that signs the body
  | 'unreachable' // name not found, refused, reset before the answer
  | 'timeout_connect'
  | 'timeout_first_byte'
  | 'timeout_idle'
  | 'timeout_total'
  | 'invalid' // not HTTP, lying about its length, headers too large
  | 'cut' // reset within the answer

export interface EgressFailure {
  readonly code: EgressFailureCode
  /** For operators: may name hosts, never credentials. */
  readonly detail: string
  /**
   * How far the request had come. `unsent`: no connection to the upstream stood, so nothing of it has left. Undefined: it
   * ended on our side of the wire or by the caller's doing, which tells nothing of the upstream.
   */
  readonly reached?: 'unsent' | 'sent'
}

/** What egress tells as it happens. After `onEnd` or `onFailure` nothing more comes. */
export interface EgressSink {
  /** `headers` flat, as on the wire (names in their own case). Informational (1xx) answers do not come here. */
  onHead(status: number, statusText: string, headers: readonly string[]): void
  /** Answer false to pause; then call `resume` on the call. */
  onChunk(chunk: Uint8Array): boolean
  onEnd(trailers: readonly string[]): void
  onFailure(failure: EgressFailure): void
}

export interface EgressCall {
  resume(): void
  /** Ends the call and the upstream's connection; no more is told to the sink. */
  abort(): void
}

export type UpgradeResult =
  | {
      readonly kind: 'switched'
      readonly headers: readonly string[]
      readonly socket: Duplex
      readonly head: Uint8Array
    }
  | {
      readonly kind: 'answered'
      readonly status: number
      readonly statusText: string
      readonly headers: readonly string[]
      readonly body: Uint8Array
    }
  | { readonly kind: 'failed'; readonly failure: EgressFailure }

export interface Egress {
  send(request: EgressRequest, sink: EgressSink): EgressCall
  /** For `Connection: Upgrade` (WebSocket). */
  upgrade(request: EgressRequest, signal: AbortSignal): Promise<UpgradeResult>
}

// ── failure modes ────────────────────────────────────────────────────────────────────────────────────────────────────

/** What may be away while calls come. */
export type Dependency = 'counters' | 'feed' | 'journal' | 'store'

/** On what the mode is declared. */
export interface FailureTarget {
  readonly type: 'limit' | 'api' | 'route' | 'model' | 'door' | 'journal' | 'store'
  readonly id: string
  /** Undefined: the whole installation. */
  readonly workspaceId: string | undefined
}

/** What is declared for the loss of a dependency. `refuse_unknown`: keys that are not in memory cannot be looked up. */
export interface FailureMode {
  readonly dependency: Dependency
  readonly mode: 'refuse' | 'closed' | 'open' | 'local' | 'serve_known' | 'deny' | 'drop' | 'refuse_unknown'
  readonly target: FailureTarget
}

/** A dependency is away, and a decision went by what is declared for that case. */
export interface FailureModeUse extends FailureMode {
  /** What became of the decision; `dropped`: it was taken, and not journaled. */
  readonly outcome: 'served' | 'refused' | 'dropped'
}

// ── ledger and journal ───────────────────────────────────────────────────────────────────────────────────────────────

/** `sdk`: taken by an embedded verifier, and told afterwards, many as one. */
export type Door = 'verify' | 'gw' | 'openai' | 'authz' | 'sdk'

/** Whether calls of this door are forwarded by us; on the others somebody else asks, and nobody tells when the call ends. */
export const forwardsHere = (door: string): boolean => door !== 'verify' && door !== 'authz' && door !== 'sdk'

/** What a decision was asked with beside what stands in every record; so that it can be asked again. */
export interface AskedFacts {
  /** Of whoever asks about a call: what was needed. On doors of our own the target says it. */
  readonly scopes?: readonly string[] | undefined
  readonly origin?: string | undefined
  /** Its origin, and only where `Origin` was not told: what stands behind it may hold secrets. */
  readonly referer?: string | undefined
  /** As `parseThumbprint` writes it. */
  readonly clientCertificate?: string | undefined
  readonly apiVersion?: string | undefined
  /** Units that it was charged, or would have been; undefined: one. */
  readonly cost?: number | undefined
  /** As it was judged, where the journaled path does not tell it; see `pathBehind`. */
  readonly path?: string | undefined
}

/** One decision after authentication, with what came of it. Keys are short on disk; see the journal's codec. */
export interface DecisionRecord {
  readonly atMs: number
  readonly requestId: string
  readonly door: Door
  readonly workspaceId: string
  readonly appId: string
  readonly keyId: string
  readonly versionNumber: number
  readonly apiId: string | undefined
  /** Who asked, at `keys/verify`: the verifier's id. */
  readonly askedBy?: string
  /** Route or model id. */
  readonly targetId: string | undefined
  readonly method: string
  /** Without the query: that may hold secrets. */
  readonly path: string
  readonly clientIp: string
  readonly userAgent: string
  /** `valid` or the code that refused. */
  readonly code: string
  readonly rule: string
  /** HTTP status as answered; 0 while unknown. */
  readonly status: number
  readonly durationMs: number
  readonly usage: Usage | undefined
  /** Only where it is counted: in what is journaled before a call is forwarded, or answered at `keys/verify`. */
  readonly credits?: readonly CreditSpend[] | undefined
  /** What would have been refused if it were enforced; undefined: nothing. */
  readonly shadow?: readonly ShadowRefusal[] | undefined
  /** What else the rules were asked with; undefined: nothing. */
  readonly facts?: AskedFacts | undefined
  /** How often it was sent to an upstream, where that was more than once. */
  readonly tries?: number | undefined
  /** The journal's own note: what it has written already of this call at `open`, and writes again. */
  headText?: string | undefined
}

export interface Usage {
  readonly requests: number
  readonly inputTokens: number
  readonly outputTokens: number
  readonly cachedTokens: number
  readonly bytesIn: number
  readonly bytesOut: number
  /** To the first byte of the upstream's answer, in ms. */
  readonly firstByteMs: number
  /** False when the upstream told no token counts for an answer that should have them. */
  readonly metered: boolean
  /** How it ended. `interrupted`: this process died before it could tell; written by whoever found that out. */
  readonly ended: 'complete' | 'client_abort' | 'upstream_cut' | 'revoked' | 'failed' | 'interrupted'
}

export interface Journal {
  /**
   * Before forwarding: the decision is in the spool (survives SIGKILL of the process) when this settles;
   * with `before-answer` it is on the disk. Answers undefined when there is nothing to wait for.
   */
  open(record: DecisionRecord, audit: 'ordinary' | 'before-answer'): Promise<void> | undefined
  /**
   * The whole story, once: for refusals, for verify, and after the last byte of a forwarded call. Same waiting as `open`;
   * `kept` is never dropped either, and nobody waits for it: it ends what an opening began.
   */
  record(record: DecisionRecord, audit: 'ordinary' | 'before-answer' | 'kept'): Promise<void> | undefined
  /** A refusal before authentication: aggregated per IP prefix, reason and second. */
  refusedBefore(clientIp: IpAddress, reason: string): void
  /** True when the disk's declared mode says to refuse. Whoever refuses therefore tells it: see `failureModeUsed`. */
  isFull(): boolean
  /** Counted, and written when it begins and when it ends, never one by one. Told only while something is away. */
  failureModeUsed(use: FailureModeUse): void
}

/** Usage of calls that have ended; feeds roll-ups and, later, money. In this version it rides in `Journal.record`. */
export interface Ledger {
  settle(record: DecisionRecord): void
}

export interface Clock {
  /** Unix ms. */
  nowMs(): number
  /** Never jumps; for durations and leases. */
  monotonicMs(): number
}

export interface Ports {
  readonly snapshots: Snapshots
  readonly counters: Counters
  readonly egress: Egress
  readonly ledger: Ledger
  readonly journal: Journal
  readonly clock: Clock
}
