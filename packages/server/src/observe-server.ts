/** What a running server tells of itself: /metrics, and whether it can serve. */
import type { Dependency, FailureModeUse, OpenStreams } from '@claviger/gateway'
import type { Feed } from '#feed'
import type { Metrics, Readiness } from '#http'
import type { KeySnapshots } from '#keys'
import type { DiskLevel, Spool } from '#spool'
import type { Store } from '#store'
import { SHIELD_SCOPES, type CountersOptions, type RunningCounters } from '#usage'

export interface Observed {
  readonly store: Store
  readonly feed: Feed
  readonly spool: Spool
  readonly keys: KeySnapshots
  readonly openStreams: OpenStreams
}

const DISK_LEVELS: readonly DiskLevel[] = ['ok', 'warn', 'full']

export function observeServer(metrics: Metrics, { store, feed, spool, keys, openStreams }: Observed): void {
  metrics.gauge('claviger_open_streams', 'Exchanges that are running.', () => openStreams.size)
  metrics.gauge('claviger_cached_keys', 'Secrets in memory.', () => keys.size.cached)
  metrics.observedCounter('claviger_key_reads_total', 'Reads of keys from the database.', () => keys.reads)
  metrics.gauge(
    'claviger_feed_age_seconds',
    'How long ago the change feed was read to its end.',
    () => feed.ageMs() / 1000,
  )
  metrics.gauge('claviger_spool_pending_lines', 'Decisions that are not in the database yet.', () => spool.pending())
  metrics.gauge('claviger_spool_bytes', 'Bytes of the spool on the disk.', () => spool.facts().diskBytes)
  metrics.observedCounter(
    'claviger_spool_dropped_lines_total',
    'Lines of the journal that were dropped by the declared mode, or lost while the disk took nothing.',
    () => spool.facts().droppedLines,
  )
  metrics.gauge(
    'claviger_disk_free_bytes',
    'Free where the data is, on the fullest disk.',
    () => store.disk().freeBytes,
  )
  metrics.gauge('claviger_disk_level', '0: enough free space, 1: filling up, 2: full.', () =>
    DISK_LEVELS.indexOf(spool.facts().diskLevel),
  )
}

/** What the shield counts. */
export function shieldCounts(metrics: Metrics): Pick<CountersOptions, 'onFailure' | 'onBlock'> {
  const failures = metrics.counter('claviger_credential_failures_total', 'Credentials that were wrong, by reason.')
  const blocks = metrics.counter('claviger_shield_blocks_total', 'Blocks that began, by what is blocked.')
  return { onFailure: (reason) => failures.add({ reason }), onBlock: (scope) => blocks.add({ scope }) }
}

export function observeShield(metrics: Metrics, shield: RunningCounters['shield']): void {
  metrics.labelledGauge('claviger_shield_blocked', 'What is blocked now.', () => {
    const blocks = Map.groupBy(shield.blocks(), ({ scope }) => scope)
    return SHIELD_SCOPES.map((scope) => [{ scope }, blocks.get(scope)?.length ?? 0])
  })
  metrics.labelledGauge('claviger_shield_remembered', 'Of what failures are remembered.', () =>
    Object.entries(shield.remembered()).map(([scope, count]) => [{ scope }, count]),
  )
}

const DEPENDENCIES: readonly Dependency[] = ['counters', 'feed', 'journal', 'store']

/** @returns counts a decision */
export function observeFailureModes(
  metrics: Metrics,
  runningOf: (dependency: Dependency) => number,
): (use: FailureModeUse) => void {
  metrics.labelledGauge('claviger_failure_modes', 'Failure modes that are in use, over all targets.', () =>
    DEPENDENCIES.map((dependency) => [{ dependency }, runningOf(dependency)]),
  )
  const decisions = metrics.counter(
    'claviger_failure_mode_decisions_total',
    'Decisions that went by what is declared for the loss of a dependency.',
  )
  return ({ dependency, mode, outcome }) => decisions.add({ dependency, mode, outcome })
}

/** Decision 4: `degraded` while any mode permits service, `unready` only when nothing can be served. */
export function readinessOf({
  store,
  feed,
  spool,
  jobsMissing,
}: Pick<Observed, 'store' | 'feed' | 'spool'> & { readonly jobsMissing: () => boolean }): Readiness {
  const reasons: string[] = []
  if (!store.available())
    reasons.push('The database does not answer: known keys are served where their policy says so.')
  if (feed.isLost()) reasons.push(`The change feed was last read ${Math.round(feed.ageMs() / 1000)} s ago.`)
  if (spool.isFull())
    return {
      state: 'unready',
      reasons: [...reasons, 'The disk is full: decisions cannot be journaled, and are refused.'],
    }
  const level = spool.facts().diskLevel
  if (level === 'full') reasons.push('The disk is full: decisions are dropped from the journal, and counted.')
  if (jobsMissing()) reasons.push('Background jobs could not be started yet.')
  if (level === 'warn') reasons.push('The disk is filling up.')
  return { state: reasons.length === 0 ? 'ready' : 'degraded', reasons }
}
