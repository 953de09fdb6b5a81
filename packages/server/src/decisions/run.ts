/** What a dry run has found so far. */
import type { DecisionRecord } from '@claviger/gateway'
import type { NotReplayed } from './not-replayed.ts'
import type { Unasked } from './reevaluate.ts'
import { isLimited } from './replay-side.ts'
import { Tally } from './tally.ts'

/** What came of running limits again. */
export interface ReplayedLimits {
  /** From here on decisions were run again, so that counters are as full as they were. */
  readonly knownFromMs: number
  /** From here on they are compared. */
  readonly comparedFromMs: number
  /** That were run again: those before, and those of keys that share a limit, among them. */
  decisions: number
  /** Decisions of which limits were run again, and of those how many came out as they did then. */
  compared: number
  agreed: number
  readonly notReplayed: NotReplayed
}

export interface Outcome {
  readonly code: string
  readonly rule: string
}

export class DryRun {
  readonly fromMs: number
  toMs: number
  /** A bound was met before the journal was read to `fromMs`. */
  truncated = false
  /** Of the oldest decision that was looked at. */
  oldestAtMs: number | undefined
  /** Decisions that the change could concern. */
  found = 0
  evaluated = 0
  readonly unasked: Record<Unasked, number> = {
    key_gone: 0,
    version_gone: 0,
    target_gone: 0,
    refused_elsewhere: 0,
    unreadable: 0,
  }
  allowedToRefused = 0
  refusedToAllowed = 0
  /** Of those, the ones that a limit refuses on the other side. */
  allowedToLimited = 0
  limitedToAllowed = 0
  readonly flips: Tally
  readonly alreadyDiffers: Tally
  /** Undefined: the change does not touch limits, so none was run again. */
  limits: ReplayedLimits | undefined

  constructor(span: { readonly fromMs: number; readonly toMs: number }, mostSamples: number) {
    this.fromMs = span.fromMs
    this.toMs = span.toMs
    this.flips = new Tally(mostSamples)
    this.alreadyDiffers = new Tally(mostSamples)
  }

  /** Counts a decision that the change makes otherwise. */
  flip(record: DecisionRecord, before: Outcome, after: Outcome): void {
    this.flips.add(record, { from: before.code, to: after.code, fromRule: before.rule, rule: after.rule })
    if (before.code === 'valid') {
      this.allowedToRefused++
      if (isLimited(after.code)) this.allowedToLimited++
    }
    if (after.code === 'valid') {
      this.refusedToAllowed++
      if (isLimited(before.code)) this.limitedToAllowed++
    }
  }
}
