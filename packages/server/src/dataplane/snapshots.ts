/** The snapshots port: keys, routes, models and verifiers as one, and how old what they know may be. */
import type { ChangeLog, Snapshots } from '@claviger/gateway'
import type { Feed } from '#feed'
import type { KeySnapshots } from '#keys'
import type { TargetTables } from './target-tables.ts'
import type { Verifiers } from './verifiers.ts'

export function createSnapshots(parts: {
  readonly keys: KeySnapshots
  readonly targets: TargetTables
  readonly verifiers: Verifiers
  readonly feed: Feed
  readonly changes: ChangeLog
  /** What is read as a whole and could not be read again, in ms. */
  readonly staleForMs: () => number
}): Snapshots {
  const { keys, targets, verifiers, feed, changes, staleForMs } = parts
  return {
    find: (presented) => keys.find(presented),
    keysOf: async (workspaceId, keyIds) => keys.read(workspaceId, keyIds),
    changes,
    isRevoked: (key, version) => keys.isRevoked(key, version),
    verifier: (presented) => verifiers.find(presented),
    routeByName: (name) => targets.routeByName(name),
    get places() {
      return targets.places
    },
    modelByName: (workspaceId, name) => targets.modelByName(workspaceId, name),
    modelsOf: (workspaceId) => targets.modelsOf(workspaceId),
    // What is known to have changed and could not be read again is as bad as a feed that could not be read.
    feedAgeMs: () => Math.max(feed.ageMs(), keys.staleForMs(), targets.staleForMs(), staleForMs()),
  }
}
