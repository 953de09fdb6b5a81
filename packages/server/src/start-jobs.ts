/** What a process with the role `worker` does in the background. */
import { registerAuditJobs, startSequencer } from '#audit'
import { registerFeedJobs } from '#feed'
import { adminKeyPepperVersions } from '#identity'
import { keyPepperVersions, registerKeysJobs } from '#keys'
import type { Jobs, Log } from '#store'
import { registerUsageJobs } from '#usage'
import type { Installation } from './installation.ts'

const FIRST_RETRY_MS = 1_000
const LONGEST_RETRY_MS = 60_000
const MAINTAIN_SEAL_MS = 60_000
const DESTROY_PEPPERS_MS = 3_600_000

export interface StartedJobs {
  /** A start has failed, and none has succeeded since. */
  areMissing(): boolean
  /** Comes before the store is closed. */
  close(): Promise<void>
}

/** Begins all of it; what does not start at once is tried again. */
export function startJobs(installation: Installation): StartedJobs {
  const { config, log, store, seal, clock } = installation
  registerFeedJobs(store)
  const sequencer = startSequencer(store, log)
  registerAuditJobs(store, config)
  registerUsageJobs(store, clock)
  registerKeysJobs({ store, log, nowMs: () => clock.nowMs() })
  store.jobs.every('seal_maintain', MAINTAIN_SEAL_MS, async () => seal.maintain())
  store.jobs.every('seal_destroy_peppers', DESTROY_PEPPERS_MS, async () => destroyUnusedPeppers(installation))
  const starting = startUntilItSucceeds(installation)
  return {
    areMissing: starting.isFailing,
    async close() {
      starting.giveUp()
      await sequencer.close()
    },
  }
}

/** The database may be away at this very moment: nobody else would try again. */
export function startUntilItSucceeds({
  store,
  log,
}: {
  readonly store: { readonly jobs: Pick<Jobs, 'start'> }
  readonly log: Log
}) {
  let isFailing = false
  let isClosed = false
  let timer: NodeJS.Timeout | undefined
  attempt(FIRST_RETRY_MS)
  return {
    isFailing: () => isFailing,
    giveUp() {
      isClosed = true
      clearTimeout(timer)
    },
  }

  function attempt(waitMs: number): void {
    store.jobs.start().then(
      () => {
        isFailing = false
      },
      (error: unknown) => {
        log.error({ err: error, retryMs: waitMs }, 'background jobs did not start yet')
        isFailing = true
        if (isClosed) return
        timer = setTimeout(attempt, waitMs, Math.min(waitMs * 2, LONGEST_RETRY_MS)).unref()
      },
    )
  }
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
