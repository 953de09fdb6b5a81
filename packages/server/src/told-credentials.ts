/** Provider keys for egress. One that is not in memory while the database is away is a decision that its loss has touched. */
import { STORE_TARGET, type FailureModeUse } from '@claviger/gateway'
import type { CredentialStore } from '#egress'
import type { Store } from '#store'

const REFUSED_BY_STORE: FailureModeUse = {
  dependency: 'store',
  mode: 'refuse_unknown',
  target: STORE_TARGET,
  outcome: 'refused',
}

/** @returns the same credentials; `failureModeUsed` is told of each that the database should have answered for */
export function toldCredentials(
  credentials: CredentialStore,
  store: Pick<Store, 'available'>,
  failureModeUsed: (use: FailureModeUse) => void,
): CredentialStore {
  return {
    open(id) {
      const opened = credentials.open(id)
      if (opened instanceof Promise) {
        opened.catch(() => {
          if (!store.available()) failureModeUsed(REFUSED_BY_STORE)
        })
      }
      return opened
    },
  }
}
