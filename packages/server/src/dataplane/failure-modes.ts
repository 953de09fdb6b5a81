/**
 * Which failure modes are in use, and how many decisions went by each. From the first use until the dependency is back it
 * is one episode per mode and target; its begin and its end go into the spool, which carries the outage, and from there
 * into the audit log. Bounded: beyond so many targets the rest are one.
 */
import {
  JOURNAL_TARGET,
  STORE_TARGET,
  type Clock,
  type Dependency,
  type FailureMode,
  type FailureModeUse,
} from '@claviger/gateway'
import type { FailureEpisode } from '#audit'
import type { Log } from '#store'

export interface FailureModesOptions {
  readonly clock: Clock
  readonly log: Log
  readonly makeId: () => string
  /** What the installation declares for a full disk. */
  readonly journalMode: 'refuse' | 'drop'
  readonly isAway: (dependency: Dependency) => boolean
  /** Puts it where it outlives the process. */
  readonly write: (episode: FailureEpisode) => void
  /** For metrics. */
  readonly count: (use: FailureModeUse) => void
}

interface Running {
  readonly mode: FailureMode
  readonly id: string
  readonly beganAtMs: number
  readonly beganMonotonicMs: number
  readonly counts: Record<FailureModeUse['outcome'], number>
  /** When the dependency was last known to be away, by the monotonic clock. */
  awayMs: number
  tellAtMs: number
  hasNews: boolean
}

interface Told extends Pick<FailureEpisode, 'phase' | 'ended'> {
  /** Of what is told. */
  readonly monotonicMs: number
}

/** A dependency that is back for so long is back; what flaps faster is one episode. */
const BACK_FOR_MS = 1_000
/** A process that dies leaves the counts as they were told last: after so long, then after twice as long, … */
const FIRST_TELL_MS = 5_000
const MOST_RUNNING = 500
const OTHERS = '*'

export class FailureModes {
  readonly #options: FailureModesOptions
  readonly #running = new Map<string, Running>()
  /** In use as soon as the dependency is away, whether a decision meets it or not. */
  readonly #standing: readonly FailureMode[]

  constructor(options: FailureModesOptions) {
    this.#options = options
    this.#standing = [
      { dependency: 'store', mode: 'refuse_unknown', target: STORE_TARGET },
      { dependency: 'journal', mode: options.journalMode, target: JOURNAL_TARGET },
    ]
  }

  used(told: FailureModeUse): void {
    // who refuses because the journal is full need not know what else is declared for that case
    const use = told.dependency === 'journal' ? { ...told, mode: this.#options.journalMode } : told
    const running = this.#runningOf(use)
    running.counts[use.outcome] += 1
    running.awayMs = this.#options.clock.monotonicMs()
    running.hasNews = true
    this.#options.count(use)
  }

  /** Begins what stands for itself, and ends what is over. Call it a few times a second. */
  sweep(): void {
    const nowMs = this.#options.clock.monotonicMs()
    const away = new Map<Dependency, boolean>()
    const isAway = (dependency: Dependency): boolean => {
      const known = away.get(dependency) ?? this.#options.isAway(dependency)
      away.set(dependency, known)
      return known
    }
    for (const mode of this.#standing) if (isAway(mode.dependency)) this.#runningOf(mode)
    for (const [key, running] of this.#running) {
      if (isAway(running.mode.dependency)) running.awayMs = nowMs
      if (nowMs - running.awayMs >= BACK_FOR_MS) this.#end(key, running, 'back')
      else if (nowMs >= running.tellAtMs) this.#tellSoFar(running, nowMs)
    }
  }

  /** How many are in use now. */
  runningOf(dependency: Dependency): number {
    return [...this.#running.values()].filter(({ mode }) => mode.dependency === dependency).length
  }

  /** The process stops: it uses none any more. */
  close(): void {
    for (const [key, running] of this.#running) this.#end(key, running, 'stopped')
  }

  #runningOf(mode: FailureMode): Running {
    const found = this.#running.get(keyOf(mode))
    if (found !== undefined) return found
    if (this.#running.size < MOST_RUNNING || mode.target.id === OTHERS) return this.#begin(mode)
    return this.#runningOf({ ...mode, target: { type: mode.target.type, id: OTHERS, workspaceId: undefined } })
  }

  #begin({ dependency, mode, target }: FailureMode): Running {
    const { clock, log, makeId } = this.#options
    const nowMs = clock.monotonicMs()
    const running: Running = {
      mode: { dependency, mode, target },
      id: makeId(),
      beganAtMs: clock.nowMs(),
      beganMonotonicMs: nowMs,
      counts: { served: 0, refused: 0, dropped: 0 },
      awayMs: nowMs,
      tellAtMs: nowMs + FIRST_TELL_MS,
      hasNews: false,
    }
    this.#running.set(keyOf(running.mode), running)
    this.#write(running, { phase: 'began', monotonicMs: nowMs })
    log.warn({ dependency, mode, target: target.id, episodeId: running.id }, 'a failure mode is in use')
    return running
  }

  #tellSoFar(running: Running, nowMs: number): void {
    running.tellAtMs = nowMs + (nowMs - running.beganMonotonicMs)
    if (!running.hasNews) return
    running.hasNews = false
    this.#write(running, { phase: 'so_far', monotonicMs: nowMs })
  }

  #end(key: string, running: Running, ended: 'back' | 'stopped'): void {
    this.#running.delete(key)
    const endedMs = ended === 'back' ? running.awayMs : this.#options.clock.monotonicMs()
    this.#write(running, { phase: 'ended', monotonicMs: endedMs, ended })
    const { dependency, mode, target } = running.mode
    this.#options.log.warn(
      { dependency, mode, target: target.id, episodeId: running.id, ended, ...running.counts },
      'a failure mode is not in use any more',
    )
  }

  #write(running: Running, { phase, monotonicMs, ended }: Told): void {
    const { id, mode, beganAtMs, beganMonotonicMs, counts } = running
    const durationMs = Math.round(monotonicMs - beganMonotonicMs)
    this.#options.write({ ...mode, ...counts, id, phase, atMs: beganAtMs + durationMs, beganAtMs, durationMs, ended })
  }
}

const keyOf = ({ dependency, mode, target }: FailureMode): string => `${dependency} ${mode} ${target.type} ${target.id}`
