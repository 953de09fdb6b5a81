/** For calls that do not watch the clock themselves while their credential is opened. */
import type { EgressFailure, EgressRequest } from '@claviger/gateway'
import { failure } from './failure.ts'
import type { Prepared } from './prepare.ts'

/** Waits no longer than the time to connect, and no longer than the caller. */
export function prepareInTime(
  preparing: Promise<Prepared>,
  { origin, timeouts: { connectMs } }: EgressRequest,
  signal: AbortSignal,
): Promise<Prepared> {
  return new Promise((resolve) => {
    const giveUp = (problem: EgressFailure): void => resolve({ kind: 'refused', failure: problem })
    const tooLate = `${origin} was not called, because its credential could not be opened within ${connectMs} ms.`
    const timer =
      connectMs > 0 ? setTimeout(() => giveUp(failure('credential_unavailable', tooLate)), connectMs) : undefined
    const onAbort = (): void => giveUp(failure('cut', 'The caller has gone.'))
    if (signal.aborted) onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
    void preparing.then((prepared) => {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
      resolve(prepared)
    })
  })
}
