/** Where a call to an upstream stands, and what is said when it stands there for too long. */
import type { EgressFailureCode } from '@claviger/gateway'

/** Where a call is; each place has its own bound in time. */
export type Phase = 'opening' | 'reading' | 'connecting' | 'sending' | 'waiting' | 'answering' | 'ended'

export const TIMEOUT_CODE: Readonly<Record<Phase, EgressFailureCode | undefined>> = {
  opening: 'credential_unavailable',
  reading: undefined,
  connecting: 'timeout_connect',
  sending: 'timeout_first_byte',
  waiting: 'timeout_first_byte',
  answering: 'timeout_idle',
  ended: undefined,
}

export const TOO_LATE: Readonly<Record<Phase, string>> = {
  opening: 'was not called, because its credential could not be opened',
  reading: 'was not called, because the body was not there',
  connecting: 'could not be connected to',
  sending: 'did not take the request',
  waiting: 'did not begin to answer',
  answering: 'did not go on with its answer',
  ended: 'did not answer',
}
