/** The six ports in memory, small and real: for tests that start the gateway on a socket. */
import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import {
  SlotCounter,
  composeKey,
  formatIp,
  ipPrefix,
  makePublicId,
  openLocalCounter,
  parseKey,
  type ApiPart,
  type IpAddress,
  type KeyPart,
  type LimitPolicy,
  type LocalCounter,
  type PartRef,
  type VersionPart,
} from '@claviger/core'
import type { ForwardAuth } from '../forward-auth.ts'
import type { ModelPart, RoutePart } from '../parts.ts'
import { PlaceTable, type Places } from '../places/place-table.ts'
import type {
  Admission,
  ChangeLog,
  DecisionRecord,
  Egress,
  FailedCredential,
  FailureModeUse,
  Hold,
  Lookup,
  MaybePromise,
  Ports,
  ToldChange,
  ToldChanges,
  Verifier,
} from '../ports.ts'
import { keyOf } from './made-parts.ts'

/** How the world behaves; tests turn these. */
export interface Weather {
  feedAgeMs: number
  isJournalFull: boolean
  /** Answers of `find` and `admit` come with a promise, as they do on a cache miss. */
  isSlow: boolean
  isStoreGone: boolean
  /** Many fail at the keys that are presented: who fails too is told to wait. */
  isKeyProbed: boolean
  /** `admit` answers `lost`. */
  areCountersLost: boolean
  /** `open` and `record` settle only when this does. */
  journalDelay: Promise<void> | undefined
}

export interface MadeKey {
  readonly secret: string
  readonly key: KeyPart
  readonly version: VersionPart
}

/** Where paths of the product go before routes. */
export const CONTROL_HOST = 'control.example'
/** Failures of one address before it is shielded. */
const FAILURES_ALLOWED = 20
const SHIELD_MS = 5_000

/** A change log that a test writes. */
export class MemoryChanges implements ChangeLog {
  logId = 'log'
  position = 1
  readonly #all: { readonly position: number; readonly change: ToldChange }[] = []
  readonly #followers = new Set<Parameters<ChangeLog['follow']>[0]>()

  get takenIn(): number {
    return this.position
  }

  get followers(): number {
    return this.#followers.size
  }

  after(position: number): ToldChanges | undefined {
    if (position > this.position) return undefined
    const later = this.#all.filter((each) => each.position > position)
    return { position: this.position, changes: later.map(({ change }) => change) }
  }

  follow(follower: Parameters<ChangeLog['follow']>[0]): () => void {
    this.#followers.add(follower)
    return () => void this.#followers.delete(follower)
  }

  tell(...changes: readonly ToldChange[]): void {
    for (const change of changes) this.#all.push({ position: ++this.position, change })
    for (const follower of this.#followers) follower.onChanges({ position: this.position, changes })
  }

  startAfresh(): void {
    this.#all.splice(0)
    for (const follower of this.#followers) follower.onResync()
  }
}

export class MemoryWorld {
  readonly weather: Weather = {
    feedAgeMs: 0,
    isJournalFull: false,
    isSlow: false,
    isStoreGone: false,
    isKeyProbed: false,
    areCountersLost: false,
    journalDelay: undefined,
  }
  readonly routes = new Map<string, RoutePart>()
  readonly places = new PlaceTable((host) => host === CONTROL_HOST)
  readonly models: ModelPart[] = []
  readonly verifiers = new Map<string, Verifier>()
  /** By address. */
  readonly countries = new Map<string, string>()
  /** Key ids and versions' public ids. */
  readonly revoked = new Set<string>()
  readonly opened: DecisionRecord[] = []
  readonly records: DecisionRecord[] = []
  readonly failureModes: FailureModeUse[] = []
  readonly settled: DecisionRecord[] = []
  readonly probes: { readonly ip: IpAddress; readonly reason: string }[] = []
  readonly failures: FailedCredential[] = []
  /** Of calls that have not ended. */
  readonly held = new Map<Hold, readonly SlotCounter[]>()
  readonly ports: Ports
  /** By id and by name. */
  readonly apis = new Map<string, PartRef<ApiPart>>()
  readonly forwardAuth: ForwardAuth = {
    isSecret: (presented) => presented === FORWARD_AUTH_SECRET,
    api: (nameOrId) => this.#perhapsLate(this.weather.isStoreGone ? 'unavailable' : this.apis.get(nameOrId)),
    identity: testSigner(),
    issuer: 'https://claviger.example',
  }
  readonly changes = new MemoryChanges()
  /** Look-ups that a database would have had to answer. */
  reads = 0
  readonly #keys = new Map<string, MadeKey>()
  readonly #counters = new Map<string, LocalCounter>()

  constructor(egress: Egress) {
    this.ports = {
      egress,
      clock: { nowMs: () => Date.now(), monotonicMs: () => performance.now() },
      ledger: { settle: (record) => void this.settled.push(record) },
      journal: {
        open: (record) => {
          this.opened.push(record)
          return this.weather.journalDelay
        },
        record: (record) => {
          this.records.push(record)
          return this.weather.journalDelay
        },
        refusedBefore: (ip, reason) => void this.probes.push({ ip, reason }),
        isFull: () => this.weather.isJournalFull,
        failureModeUsed: (use) => void this.failureModes.push(use),
      },
      counters: {
        admit: (policies, cost) => this.#perhapsLate(this.#admit(policies, cost)),
        release: (hold) => this.#release(hold),
        shieldedForMs: (ip) => (this.#failuresOf(ip) >= FAILURES_ALLOWED ? SHIELD_MS : 0),
        recordFailure: (failed) => {
          this.failures.push(failed)
          return this.weather.isKeyProbed ? SHIELD_MS : 0
        },
      },
      snapshots: {
        find: (presented) => this.#perhapsLate(this.#find(presented)),
        isRevoked: (key, version) => this.revoked.has(key.id) || this.revoked.has(version.publicId),
        verifier: (presented) => this.#perhapsLate(this.verifiers.get(presented)),
        keysOf: async (workspaceId, keyIds) =>
          new Map(
            [...this.#keys.values()]
              .filter(({ key }) => key.workspace.current.id === workspaceId && keyIds.includes(key.id))
              .map(({ key }) => [key.id, key]),
          ),
        changes: this.changes,
        routeByName: (name) => this.routes.get(name),
        places: this.places,
        modelByName: (workspaceId, name) =>
          this.models.find((model) => model.workspaceId === workspaceId && model.name === name),
        modelsOf: (workspaceId) => this.models.filter((model) => model.workspaceId === workspaceId),
        feedAgeMs: () => this.weather.feedAgeMs,
        geo: {
          countryOf: (ip) => this.countries.get(formatIp(ip)),
          asnOf: () => undefined,
        },
      },
    }
  }

  addKey(api: PartRef<ApiPart>, changes: Partial<KeyPart> = {}): MadeKey {
    const publicId = makePublicId(randomBytes(64))
    const secret = composeKey({ prefix: api.current.prefix, environment: 'test', publicId, secret: randomBytes(32) })
    const version = {
      number: 1,
      publicId,
      pepperVersion: 1,
      digest: digestOf(secret),
      expiresAtMs: undefined,
      revokedAtMs: undefined,
    }
    const key = { ...keyOf(api, `key_${publicId}`), versions: [version], ...changes }
    const made = { secret, key, version }
    this.#keys.set(publicId, made)
    return made
  }

  addRoute(route: RoutePart, places: Partial<Places> = {}): RoutePart {
    this.routes.set(route.name, route)
    this.places.put(route, { hosts: places.hosts ?? [], paths: places.paths ?? [] })
    return route
  }

  #find(presented: string): Lookup {
    const parsed = parseKey(presented)
    if (parsed.kind !== 'key') return { kind: 'unknown', reason: parsed.kind }
    const made = this.#keys.get(parsed.publicId)
    if (made === undefined) return { kind: 'unknown', reason: 'unknown_id' }
    if (this.weather.isStoreGone) return { kind: 'unavailable' }
    this.reads += 1
    if (!digestOf(presented).equals(made.version.digest)) return { kind: 'unknown', reason: 'wrong_secret' }
    return { kind: 'found', key: made.key, version: made.version }
  }

  #admit(policies: readonly LimitPolicy[], cost: number): Admission {
    if (this.weather.areCountersLost && policies.length > 0) return lose(policies)
    const nowMs = Date.now()
    const counters = policies.map((policy) => ({ policy, counter: this.#counterOf(policy) }))
    const fits = counters.every(({ counter }) => counter.retryAfterMs(cost, nowMs) === 0)
    if (fits) for (const { counter } of counters) counter.charge(cost, nowMs)
    const states = counters.map(({ policy, counter }) => ({
      policy,
      remaining: counter.remaining(nowMs),
      resetMs: counter.retryAfterMs(cost, nowMs),
    }))
    if (fits)
      return {
        kind: 'admitted',
        states,
        hold: this.#hold(
          counters.map(({ counter }) => counter),
          cost,
        ),
      }
    const blocking = states.reduce((last, state) => (state.resetMs > last.resetMs ? state : last))
    return { kind: 'refused', states, blocking }
  }

  /** Undefined when none of the limits has slots or a balance. */
  #hold(counters: readonly LocalCounter[], cost: number): Hold | undefined {
    const slots = counters.filter((counter) => counter instanceof SlotCounter)
    const isPaid = counters.some((counter) => counter instanceof BalanceCounter)
    if (slots.length === 0 && !isPaid) return undefined
    const hold: Hold = { credits: isPaid ? [{ block: 7, units: cost }] : [] }
    this.held.set(hold, slots)
    return hold
  }

  #release(hold: Hold): void {
    for (const slot of this.held.get(hold) ?? []) slot.release()
    this.held.delete(hold)
  }

  #counterOf(policy: LimitPolicy): LocalCounter {
    const counter = this.#counters.get(policy.id) ?? openLocalCounter(policy, 1, 0) ?? new BalanceCounter(policy.limit)
    this.#counters.set(policy.id, counter)
    return counter
  }

  #failuresOf(ip: IpAddress): number {
    const prefix = ipPrefix(ip)
    return this.failures.filter(({ clientIp }) => clientIp !== undefined && ipPrefix(clientIp) === prefix).length
  }

  #perhapsLate<Value>(value: Value): MaybePromise<Value> {
    return this.weather.isSlow ? new Promise((resolve) => setImmediate(resolve, value)) : value
  }
}

export const FORWARD_AUTH_SECRET = 'a secret that only proxies know, long enough'

/** A real signature, under a key of this process. */
function testSigner(): ForwardAuth['identity'] {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const base64url = (text: string): string => Buffer.from(text).toString('base64url')
  return {
    keyId: 'test',
    sign(claims) {
      const signed = `${base64url('{"alg":"ES256","typ":"JWT","kid":"test"}')}.${base64url(claims)}`
      const signature = sign('sha256', Buffer.from(signed), { key: privateKey, dsaEncoding: 'ieee-p1363' })
      return `${signed}.${signature.toString('base64url')}`
    },
    jwks: JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'test', alg: 'ES256', use: 'sig' }] }),
  }
}

/** As each limit declares: one that is closed is enough. */
function lose(policies: readonly LimitPolicy[]): Admission {
  const policy = policies.find(({ onCounterLoss }) => onCounterLoss === 'closed')
  if (policy !== undefined) return { kind: 'lost', policy }
  return {
    kind: 'admitted',
    states: policies.map((open) => ({ policy: open, remaining: 0, resetMs: 0, loss: 'open' as const })),
  }
}

/** A balance that begins with what the limit says. */
class BalanceCounter implements LocalCounter {
  #left: number

  constructor(left: number) {
    this.#left = left
  }

  admits(cost: number): boolean {
    return cost <= this.#left
  }

  charge(cost: number): void {
    this.#left -= cost
  }

  remaining(): number {
    return this.#left
  }

  retryAfterMs(cost: number): number {
    return this.admits(cost) ? 0 : Infinity
  }

  resetMs(): number {
    return Infinity
  }

  isIdle(): boolean {
    return false
  }
}

function digestOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest()
}
