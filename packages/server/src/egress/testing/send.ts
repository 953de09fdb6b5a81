/** Sends one request through egress and keeps what the sink was told. */
import type { Egress, EgressCall, EgressFailure, EgressRequest, EgressSink } from '@claviger/gateway'
import { Secret } from '@claviger/core'
import { type EgressOptions, type RunningEgress, createEgress } from '../create-egress.ts'
import type { CredentialStore, OpenedCredential } from '../credential.ts'

export const WORKSPACE = 'wsp_test'

export interface Told {
  readonly status: number | undefined
  readonly statusText: string
  readonly headers: readonly string[]
  readonly body: Buffer
  readonly trailers: readonly string[]
  readonly failure: EgressFailure | undefined
}

export interface Sent {
  readonly call: EgressCall
  /** Settles on `onEnd` or `onFailure`. */
  readonly told: Promise<Told>
  /** Settles when the head has come. */
  readonly head: Promise<void>
  /** How often each was told, and what has come so far. */
  readonly seen: { heads: number; chunks: Buffer[]; ends: number; failures: number }
}

export function requestTo(origin: string, changes: Partial<EgressRequest> = {}): EgressRequest {
  return {
    credentialId: undefined,
    usedBy: { kind: 'route', id: 'rte_test', appId: 'app_test', workspaceId: WORKSPACE },
    origin,
    method: 'GET',
    path: '/',
    headers: [],
    body: undefined,
    timeouts: { connectMs: 2_000, firstByteMs: 2_000, idleMs: 2_000, totalMs: 0 },
    ...changes,
  }
}

/** @param onChunk what the sink answers to a chunk; true unless given */
export function send(
  egress: Egress,
  request: EgressRequest,
  onChunk: (chunk: Uint8Array) => boolean = () => true,
): Sent {
  const seen: Sent['seen'] = { heads: 0, chunks: [], ends: 0, failures: 0 }
  const told = Promise.withResolvers<Told>()
  const head = Promise.withResolvers<void>()
  let status: number | undefined
  let text = ''
  let fields: readonly string[] = []
  const settle = (trailers: readonly string[], failure: EgressFailure | undefined): void =>
    told.resolve({ status, statusText: text, headers: fields, body: Buffer.concat(seen.chunks), trailers, failure })
  const sink: EgressSink = {
    onHead: (code, statusText, headers) => {
      seen.heads += 1
      status = code
      text = statusText
      fields = headers
      head.resolve()
    },
    onChunk: (chunk) => {
      seen.chunks.push(Buffer.from(chunk))
      return onChunk(chunk)
    },
    onEnd: (trailers) => {
      seen.ends += 1
      settle(trailers, undefined)
    },
    onFailure: (failure) => {
      seen.failures += 1
      settle([], failure)
    },
  }
  return { call: egress.send(request, sink), told: told.promise, head: head.promise, seen }
}

export function credential(changes: Partial<OpenedCredential> = {}): OpenedCredential {
  return {
    id: 'pvk_test',
    workspaceId: WORKSPACE,
    origins: [],
    usedBy: undefined,
    injection: { kind: 'bearer' },
    secret: new Secret('upstream-secret'),
    ...changes,
  }
}

export function storeOf(...credentials: readonly OpenedCredential[]): CredentialStore {
  return { open: (id) => credentials.find((one) => one.id === id) }
}

export interface TestLog {
  readonly lines: { readonly facts: object; readonly message: string }[]
  warn(facts: object, message: string): void
  error(facts: object, message: string): void
}

export function testLog(): TestLog {
  const lines: TestLog['lines'] = []
  const write = (facts: object, message: string): void => void lines.push({ facts, message })
  return { lines, warn: write, error: write }
}

/** An egress whose own machine is allowed: 127.0.0.1 and localhost. */
export function startEgress(changes: Partial<EgressOptions> = {}): RunningEgress {
  return createEgress({
    config: { allowPrivateUpstreams: new Set(['127.0.0.1', 'localhost']) },
    log: testLog(),
    credentials: storeOf(),
    clock: { nowMs: () => Date.now(), monotonicMs: () => performance.now() },
    ...changes,
  })
}
