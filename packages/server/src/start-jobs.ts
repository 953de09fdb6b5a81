/** What a process with the role `worker` does in the background. */
import { registerAuditJobs, startSequencer } from '#audit'
import { registerFeedJobs } from '#feed'
import { adminKeyPepperVersions } from '#identity'
import { keyPepperVersions, registerKeysJobs } from '#keys'
import { registerUsageJobs } from '#usage'
import type { Installation } from './installation.ts'

const MAINTAIN_SEAL_MS = 60_000
const DESTROY_PEPPERS_MS = 3_600_000

/** @returns what must be closed before the store is */
export function startJobs(installation: Installation): { close(): Promise<void> } {
  const { config, log, store, seal, clock } = installation
  registerFeedJobs(store)
  const sequencer = startSequencer(store, log)
  registerAuditJobs(store, config)
  registerUsageJobs(store, clock)
  registerKeysJobs({ store, log, nowMs: () => clock.nowMs() })
  store.jobs.every('seal_maintain', MAINTAIN_SEAL_MS, async () => seal.maintain())
  store.jobs.every('seal_destroy_peppers', DESTROY_PEPPERS_MS, async () => destroyUnusedPeppers(installation))
  store.jobs.start().catch((error: unknown) => log.error({ err: error }, 'background jobs did not start'))
  return sequencer
}

/** A pepper goes when no key and no admin key that may still be used is hashed under it. */
async function destroyUnusedPeppers({ store, seal, clock }: Installation): Promise<void> {
  const now = new Date(clock.nowMs())
  await store.transaction(async (tx) => {
    const inUse = new Set([...(await keyPepperVersions(tx, now)), ...(await adminKeyPepperVersions(tx, now))])
    await seal.destroyPeppers(tx, inUse)
  })
  await seal.refresh()
}
