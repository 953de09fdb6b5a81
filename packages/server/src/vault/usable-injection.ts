/** Whether a secret can be put into requests in the way that is asked for. */
import { ClavigerError, type Secret } from '@claviger/core'
import { injectionFlaws, type Injection } from '#injections'
import type { VaultRoom } from './room.ts'

/** @throws ClavigerError `validation_failed` with a pointer for each reason why it never could */
export function usableInjection(
  room: Pick<VaultRoom, 'nowMs' | 'allowPrivateUpstreams'>,
  injection: Injection,
  wanted: { readonly secret: Secret<string>; readonly origins: readonly string[] },
): void {
  const errors = injectionFlaws(injection, wanted.secret.reveal(), {
    nowMs: room.nowMs(),
    origins: wanted.origins,
    namedHosts: room.allowPrivateUpstreams,
  })
  if (errors.length > 0) {
    throw new ClavigerError('validation_failed', 'This secret cannot be put into requests so.', { errors })
  }
}
