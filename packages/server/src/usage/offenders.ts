/**
 * Who fails too often, and how long it is told to wait. A subject has some failures free; after that it is blocked, each
 * time twice as long up to a bound. Quiet time lowers the next block again, step by step.
 *
 * Memory is bounded, and strangers choose the subjects, so it matters who is forgotten. Whoever was blocked stands apart,
 * by rank, that is by how often it was blocked. When too many were, whose time is over goes first, then the longest quiet of
 * the lowest rank: to have the worst one forgotten, as many others must have been blocked as often. Those who only failed
 * a few times are two generations, and the older one is dropped as a whole.
 */

/** Durations in ms. */
export interface BackOff {
  /** Failures within `perMs` that nobody is blamed for. */
  readonly freeFailures: number
  readonly perMs: number
  readonly firstBlockMs: number
  readonly maxBlockMs: number
  /** After so long without a failure and without a block, the next block is half as long. */
  readonly decayMs: number
  /** Bound of the memory, in subjects. */
  readonly maxRemembered: number
}

interface Suspect {
  /** Failures not yet forgotten; they leak away evenly. */
  level: number
  /** Of the last failure; while a block lasts, its end. */
  lastMs: number
  /** Blocks that count for how long the next one is. */
  blocks: number
  /** Of the last block. */
  blockedSinceMs: number
  blockedUntilMs: number
  /** Since it is remembered. */
  failures: number
  /** Where it stands among those who were blocked; 0: not among them. */
  rank: number
}

/** Who is blocked now. */
export interface Block<Subject> {
  readonly subject: Subject
  /** How long the block has lasted. */
  readonly agoMs: number
  /** How long it still lasts. */
  readonly forMs: number
  /** How often it failed since it is remembered, in the block and before it. */
  readonly failures: number
}

export class Offenders<Subject> {
  readonly #backOff: BackOff
  readonly #maxRank: number
  #young = new Map<Subject, Suspect>()
  #old = new Map<Subject, Suspect>()
  readonly #convicts = new Map<Subject, Suspect>()
  /** Of the convicts, those of each rank, who was blocked last at the end. */
  readonly #ranks: Set<Subject>[]

  constructor(backOff: BackOff) {
    this.#backOff = backOff
    this.#maxRank = 1 + Math.ceil(Math.log2(backOff.maxBlockMs / backOff.firstBlockMs))
    this.#ranks = Array.from({ length: this.#maxRank + 1 }, () => new Set())
  }

  get remembered(): number {
    return this.#young.size + this.#old.size + this.#convicts.size
  }

  /** Whether anybody was blocked and is not forgotten: if not, nobody needs to be looked up. */
  get hasConvicts(): boolean {
    return this.#convicts.size > 0
  }

  /** @returns how long the subject is still blocked, in ms; 0 when it is not */
  blockedForMs(subject: Subject, nowMs: number): number {
    const suspect = this.#convicts.get(subject) ?? this.#young.get(subject) ?? this.#old.get(subject)
    return suspect === undefined ? 0 : Math.max(0, suspect.blockedUntilMs - nowMs)
  }

  /**
   * @param weight how many failures this one counts for
   * @returns whether a block begins with it
   */
  fail(subject: Subject, nowMs: number, weight: number): boolean {
    const { freeFailures, perMs, firstBlockMs, maxBlockMs } = this.#backOff
    const suspect = this.#suspect(subject, nowMs)
    const leaked = (Math.max(0, nowMs - suspect.lastMs) * freeFailures) / perMs
    suspect.level = Math.min(freeFailures + 1, Math.max(0, suspect.level - leaked) + weight)
    suspect.blocks = this.#blocksOf(suspect, nowMs)
    suspect.lastMs = Math.max(suspect.lastMs, nowMs)
    suspect.failures += 1
    // What still comes while the block lasts does not lengthen it.
    if (suspect.level <= freeFailures || nowMs < suspect.blockedUntilMs) return false
    suspect.blockedSinceMs = nowMs
    suspect.blockedUntilMs = nowMs + Math.min(maxBlockMs, firstBlockMs * 2 ** suspect.blocks)
    suspect.blocks = Math.min(this.#maxRank, suspect.blocks + 1)
    suspect.level = freeFailures
    // Nothing leaks away while it lasts: the next failure is one too many.
    suspect.lastMs = suspect.blockedUntilMs
    this.#convict(subject, suspect, nowMs)
    return true
  }

  /** Those who are blocked. */
  blocks(nowMs: number): Block<Subject>[] {
    const found: Block<Subject>[] = []
    for (const suspects of [this.#convicts, this.#young, this.#old]) {
      for (const [subject, { blockedSinceMs, blockedUntilMs, failures }] of suspects) {
        if (blockedUntilMs > nowMs)
          found.push({ subject, agoMs: nowMs - blockedSinceMs, forMs: blockedUntilMs - nowMs, failures })
      }
    }
    return found
  }

  /** Forgets the subject: its block, its failures, and how long the next block would be. */
  forgive(subject: Subject): void {
    const suspect = this.#convicts.get(subject)
    if (suspect !== undefined) this.#ranks[suspect.rank]?.delete(subject)
    for (const suspects of [this.#convicts, this.#young, this.#old]) suspects.delete(subject)
  }

  /** What is left of the blocks that count, after the quiet time since the last failure and the end of the last block. */
  #blocksOf({ blocks, lastMs }: Suspect, nowMs: number): number {
    const quietMs = nowMs - lastMs
    return quietMs <= 0 ? blocks : Math.max(0, blocks - Math.floor(quietMs / this.#backOff.decayMs))
  }

  #suspect(subject: Subject, nowMs: number): Suspect {
    const known = this.#convicts.get(subject) ?? this.#young.get(subject)
    if (known !== undefined) return known
    const suspect = this.#old.get(subject) ?? {
      level: 0,
      lastMs: nowMs,
      blocks: 0,
      blockedSinceMs: 0,
      blockedUntilMs: 0,
      failures: 0,
      rank: 0,
    }
    this.#old.delete(subject)
    this.#remember(subject, suspect)
    return suspect
  }

  #remember(subject: Subject, suspect: Suspect): void {
    if (this.#young.size >= this.#backOff.maxRemembered / 4) {
      this.#old = this.#young
      this.#young = new Map()
    }
    this.#young.set(subject, suspect)
  }

  #convict(subject: Subject, suspect: Suspect, nowMs: number): void {
    this.#young.delete(subject)
    this.#ranks[suspect.rank]?.delete(subject)
    suspect.rank = suspect.blocks
    this.#ranks[suspect.rank]?.add(subject)
    this.#convicts.set(subject, suspect)
    if (this.#convicts.size > this.#backOff.maxRemembered / 2) this.#pardon(nowMs)
  }

  /** One goes back among those who only failed, its block with it: it is forgotten with them. */
  #pardon(nowMs: number): void {
    let mildest: Subject | undefined
    for (const rank of this.#ranks) {
      const [oldest] = rank
      if (oldest === undefined) continue
      mildest ??= oldest
      const suspect = this.#convicts.get(oldest)
      if (suspect === undefined || this.#blocksOf(suspect, nowMs) > 0) continue
      mildest = oldest
      break
    }
    const suspect = mildest === undefined ? undefined : this.#convicts.get(mildest)
    if (mildest === undefined || suspect === undefined) return
    this.#convicts.delete(mildest)
    this.#ranks[suspect.rank]?.delete(mildest)
    suspect.rank = 0
    this.#remember(mildest, suspect)
  }
}
