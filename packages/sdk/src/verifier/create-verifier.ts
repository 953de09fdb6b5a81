/**
 * Decides about keys in the process that asks, by the server's own rules (decision 24). A key that is seen for the first time
 * is asked for once; what it depends on is remembered and forgotten as soon as the changes say so. Whatever cannot be decided
 * here, because it has limits or needs to know where an address is, the server decides each time.
 */
import { ClavigerError, decide, feedLossPolicyOf, type Decision, type PartBook, type WireParts } from '@claviger/core'
import { Asking, unreachable } from './asking.ts'
import { ChangesSeen } from './changes-seen.ts'
import { Following } from './following.ts'
import { idsOf, KnownKeys, knownKeyFrom, newBook, type KnownKey } from './known-keys.ts'
import { nameOf, randomName, saltedHash } from './name-of.ts'
import { QuestionAsk } from './question-ask.ts'
import { Tallies } from './tallies.ts'
import { UnknownKeys } from './unknown-keys.ts'
import { invalid, probed, refused, undecided, type Question, type Refused, type Verdict } from './verdict.ts'

export interface VerifierOptions {
  /** `https://claviger.example.com`, without a path. */
  readonly url: string
  /** An admin key with the permission `keys.verify`. */
  readonly credential: string
  /** Keys that are remembered; 50,000 by default. */
  readonly maxKeys?: number
  /** Older, what is known of revocations counts as lost, and the api's `on_feed_loss` holds; 2,000 by default. */
  readonly staleMs?: number
  /** How often decisions are reported; 1,000 by default. */
  readonly reportMs?: number
  /** For one call of the server; 5,000 by default. */
  readonly timeoutMs?: number
  /** Told what went wrong beside the decisions: the changes were lost, a report was not taken. */
  readonly onError?: (cause: unknown) => void
  readonly fetch?: typeof fetch
  readonly clock?: { nowMs(): number; monotonicMs(): number }
}

export interface VerifierFacts {
  readonly knownKeys: number
  /** Since the changes were last known to be read to their end. */
  readonly feedAgeMs: number
  readonly isConnected: boolean
  /** Decisions that could not be reported and were given up. */
  readonly droppedDecisions: number
}

export interface Verifier {
  /** Answers at once for a key that is known and has no limits. Never throws and never rejects. */
  verify(question: Question): Verdict | Promise<Verdict>
  /** Settles when the changes are followed. There is no need to wait for it: until then nothing is remembered. */
  ready(): Promise<void>
  facts(): VerifierFacts
  /** Reports what was decided, and lets go of everything. */
  close(): Promise<void>
}

const DEFAULTS = { maxKeys: 50_000, staleMs: 2_000, reportMs: 1_000, timeoutMs: 5_000 }
/** A read that a change overtook is done again; the server may need a moment to take the change in itself. */
const MOST_READS = 5
const READ_AGAIN_MS = 15
/** At the same time. */
const MOST_OPENINGS = 1_000
const MOST_KEY_CHARACTERS = 1_024

export function createVerifier(options: VerifierOptions): Verifier {
  return new EmbeddedVerifier(options)
}

/** `ask`: only the server can decide. */
type Opened = KnownKey | Refused | 'ask'

interface Opening {
  readonly opened: Promise<Opened>
  readonly clientIp: string | undefined
  readonly apiId: string | undefined
}

class EmbeddedVerifier implements Verifier {
  readonly #asking: Asking
  readonly #changes = new ChangesSeen()
  readonly #clock: { nowMs(): number; monotonicMs(): number }
  readonly #following: Following
  readonly #hash = saltedHash()
  readonly #known: KnownKeys
  readonly #onError: (cause: unknown) => void
  readonly #opening = new Map<string, Opening>()
  readonly #staleMs: number
  readonly #tallies: Tallies
  readonly #timer: NodeJS.Timeout
  readonly #unknown: UnknownKeys
  #isClosed = false

  constructor(options: VerifierOptions) {
    const { url, credential, maxKeys, staleMs, reportMs, timeoutMs } = { ...DEFAULTS, ...options }
    const base = url.replace(/\/+$/, '')
    const send = options.fetch ?? fetch
    const onError = options.onError ?? (() => undefined)
    this.#clock = options.clock ?? { nowMs: () => Date.now(), monotonicMs: () => performance.now() }
    this.#staleMs = staleMs
    this.#known = new KnownKeys(maxKeys)
    this.#unknown = new UnknownKeys(() => this.#clock.monotonicMs())
    this.#onError = onError
    this.#asking = new Asking({ url: base, credential, timeoutMs, fetch: send, onError })
    this.#tallies = new Tallies({ send: async (report) => this.#asking.report(report), makeName: randomName, onError })
    this.#following = new Following({
      url: base,
      credential,
      fetch: send,
      monotonicMs: () => this.#clock.monotonicMs(),
      onStart: (logId, position) => this.#startAfresh(logId, position),
      onChanges: (names, position) => this.#forget(names, position),
      onLost: onError,
    })
    this.#following.begin()
    this.#timer = setInterval(() => void this.#tallies.flush(), reportMs)
    this.#timer.unref()
  }

  verify(question: Question): Verdict | Promise<Verdict> {
    if (this.#isClosed) return undecided(new ClavigerError('draining', 'The verifier is closed.'))
    const { key } = question
    if (typeof key !== 'string' || key === '' || key.length > MOST_KEY_CHARACTERS) return invalid()
    const hash = this.#hash(key)
    const known = this.#known.get(hash)
    if (known !== undefined) {
      known.wasAsked = true
      return this.#decide(known, question, this.#following.ageMs())
    }
    return this.#first(hash, question)
  }

  async ready(): Promise<void> {
    return this.#following.ready()
  }

  facts(): VerifierFacts {
    return {
      knownKeys: this.#known.size,
      feedAgeMs: this.#following.ageMs(),
      isConnected: this.#following.isConnected,
      droppedDecisions: this.#tallies.dropped,
    }
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    clearInterval(this.#timer)
    await this.#tallies.flush()
    // what was decided while the last report was under way
    await this.#tallies.flush()
    await this.#following.close()
    this.#known.clear()
  }

  /** @param ageMs how old what is known of the key may be */
  #decide(known: KnownKey, question: Question, ageMs: number): Verdict | Promise<Verdict> {
    const { apiId } = question
    const { key, version, asksFor, passed } = known
    if (ageMs > this.#staleMs) {
      const policy = feedLossPolicyOf(key, apiId)
      if (policy.mode === 'deny' || ageMs > policy.maxStaleMs) return feedLost()
    }
    if (asksFor === 'all' || (apiId !== undefined && asksFor.has(apiId))) return this.#asking.verify(question)
    const nowMs = this.#clock.nowMs()
    const decision = decide(key, version, new QuestionAsk(question, nowMs))
    this.#count(known, apiId, decision, nowMs)
    if (decision.code === 'valid') return decision.shadow.length === 0 ? passed : { ...passed, shadow: decision.shadow }
    const { code, missingScopes, shadow } = decision
    return refused({ code, key: passed.key, missingScopes, shadow })
  }

  #count(known: KnownKey, apiId: string | undefined, { code, rule }: Decision, nowMs: number): void {
    let { tally } = known
    if (tally?.isOpen !== true || tally.code !== code || tally.apiId !== apiId || tally.rule !== rule) {
      tally = this.#tallies.lineOf({ keyId: known.key.id, version: known.version.number, apiId, code, rule })
      known.tally = tally
    }
    tally.count += 1
    tally.atMs = nowMs
  }

  #first(hash: string, question: Question): Verdict | Promise<Verdict> {
    const { clientIp = '' } = question
    const waitMs = this.#unknown.waitMs(clientIp)
    if (waitMs > 0) {
      this.#tallies.refusedBefore(clientIp, 'probing')
      return probed(waitMs)
    }
    // somebody may have made this very key: only while that would have been heard is it known that it is none
    if (this.#following.ageMs() <= this.#staleMs && this.#unknown.has(hash)) {
      this.#tallies.refusedBefore(clientIp, 'credential_invalid')
      return invalid()
    }
    return this.#decideFirst(hash, question)
  }

  async #decideFirst(hash: string, question: Question): Promise<Verdict> {
    try {
      const opened = await this.#openOnce(hash, question)
      if (opened === 'ask') return await this.#asking.verify(question)
      return 'valid' in opened ? opened : await this.#decide(opened, question, 0)
    } catch (cause) {
      this.#onError(cause)
      return undecided(unreachable(cause))
    }
  }

  /** Many calls with one key at the same time ask once. What is said of one caller is not said to another. */
  async #openOnce(hash: string, question: Question): Promise<Opened> {
    const running = this.#opening.get(hash)
    if (running !== undefined) {
      const opened = await running.opened
      const isSame = running.clientIp === question.clientIp && running.apiId === question.apiId
      return opened === 'ask' || !('valid' in opened) || isSame ? opened : this.#open(hash, question)
    }
    if (this.#opening.size >= MOST_OPENINGS) return undecided(unreachable())
    const opened = this.#open(hash, question)
    this.#opening.set(hash, { opened, clientIp: question.clientIp, apiId: question.apiId })
    try {
      return await opened
    } finally {
      this.#opening.delete(hash)
    }
  }

  async #open(hash: string, question: Question): Promise<Opened> {
    for (let read = 1; read <= MOST_READS; read += 1) {
      const { epoch, told } = this.#changes
      const opened = await this.#asking.open(question)
      if ('valid' in opened) {
        if (opened.code === 'probing')
          this.#unknown.letWait(question.clientIp ?? '', opened.error.retryAfterSeconds ?? 1)
        const isQuiet = epoch === this.#changes.epoch && told === this.#changes.told
        if (opened.code === 'credential_invalid' && isQuiet) this.#unknown.add(hash)
        return opened
      }
      const { parts, place } = opened
      // nobody would tell when it changes: good for this call, and not kept
      if (!this.#following.isConnected || epoch !== this.#changes.epoch) return readable(hash, parts, newBook())
      if (!this.#changes.hasOvertaken(place, idsOf(parts).map(nameOf))) {
        const known = readable(hash, parts, this.#known.book)
        if (known !== 'ask') this.#known.put(known)
        return known
      }
      await new Promise((resolve) => setTimeout(resolve, READ_AGAIN_MS * read))
    }
    return 'ask'
  }

  #forget(names: readonly string[], position: number): void {
    for (const name of names) {
      this.#changes.changed(name, position)
      this.#known.forgetName(name)
    }
    // one of them may be new
    if (names.length > 0) this.#unknown.clear()
  }

  #startAfresh(logId: string, position: number): void {
    this.#changes.startAt(logId, position)
    this.#known.clear()
    this.#unknown.clear()
  }
}

/** Something in it may be newer than this version. */
function readable(hash: string, parts: WireParts, book: PartBook): KnownKey | 'ask' {
  try {
    return knownKeyFrom(hash, parts, book)
  } catch (error) {
    if (ClavigerError.is(error)) return 'ask'
    throw error
  }
}

function feedLost(): Refused {
  return undecided(
    new ClavigerError('feed_lost', 'Revocations cannot be checked at the moment.', { retryAfterSeconds: 1 }),
  )
}
