/** What a verifier answers, and how a refusal is told to the caller: in the words of the server's own doors. */
import {
  ClavigerError,
  ERROR_STATUS,
  NO_SHADOW,
  decisionError,
  limitReached,
  probing,
  type DecisionCode,
  type ErrorCode,
  type LimitState,
  type ShadowRefusal,
} from '@claviger/core'

/** The call that is decided about. What is left out is not known, and restrictions that ask for it refuse. */
export interface Question {
  /** As it was presented. */
  readonly key: string
  /** At whose door. */
  readonly apiId?: string | undefined
  /** All of these are needed. */
  readonly scopes?: readonly string[] | undefined
  /** The end client, behind proxies. */
  readonly clientIp?: string | undefined
  /** Units to charge, where there are limits; 1 when it is not said. */
  readonly cost?: number | undefined
  readonly method?: string | undefined
  /** Without the query. */
  readonly path?: string | undefined
  readonly origin?: string | undefined
  readonly referer?: string | undefined
  readonly userAgent?: string | undefined
  readonly apiVersion?: string | undefined
  /** SHA-256 of the certificate that the client proved to hold: base64url or hexadecimal. */
  readonly clientCertificate?: string | undefined
}

export interface VerifiedKey {
  readonly id: string
  readonly version: number
  readonly appId: string
  /** Undefined: the server decided, and does not tell it. */
  readonly appName: string | undefined
  readonly workspaceId: string
  readonly environment: string
}

export interface Passed {
  readonly valid: true
  readonly code: 'valid'
  readonly key: VerifiedKey
  /** What is left of each limit of the call. */
  readonly limits: readonly LimitState[]
  /** What would have been refused if it were enforced. */
  readonly shadow: readonly ShadowRefusal[]
}

export interface Refused {
  readonly valid: false
  /** `undecided`: nobody could say, because something is away: this is no word about the key. */
  readonly kind: 'refused' | 'undecided'
  /** Stable, and the same as the server's. */
  readonly code: ErrorCode
  /** Undefined: nobody knows whose key it is. */
  readonly key: VerifiedKey | undefined
  readonly limits: readonly LimitState[]
  readonly shadow: readonly ShadowRefusal[]
  /** With status, message, and when to come again. */
  readonly error: ClavigerError
}

export type Verdict = Passed | Refused

const NO_LIMITS: readonly LimitState[] = []

export function undecided(error: ClavigerError): Refused {
  const { code } = error
  return { valid: false, kind: 'undecided', code, key: undefined, limits: NO_LIMITS, shadow: NO_SHADOW, error }
}

export function invalid(): Refused {
  return unknownTo(new ClavigerError('credential_invalid', 'The credential is not valid.'))
}

export function probed(waitMs: number): Refused {
  return unknownTo(probing(waitMs))
}

function unknownTo(error: ClavigerError): Refused {
  return { ...undecided(error), kind: 'refused' }
}

export interface RefusedDecision {
  readonly code: Exclude<DecisionCode, 'valid'>
  readonly key: VerifiedKey | undefined
  readonly missingScopes?: readonly string[] | undefined
  readonly limits?: readonly LimitState[]
  readonly blocking?: LimitState | undefined
  readonly shadow: readonly ShadowRefusal[]
  readonly cost?: number | undefined
}

export function refused(told: RefusedDecision): Refused {
  const { code, key, limits = NO_LIMITS, blocking, shadow, missingScopes, cost = 1 } = told
  const error =
    blocking === undefined
      ? decisionError({ code, rule: '', shadow, ...(missingScopes !== undefined && { missingScopes }) })
      : limitReached(cost, { states: limits, blocking })
  return { valid: false, kind: 'refused', code, key, limits, shadow, error }
}

/** A code that this version knows; another is taken for what its status says. */
export function errorCodeOf(code: string, status: number): ErrorCode {
  if (Object.hasOwn(ERROR_STATUS, code)) return code as ErrorCode
  return status >= 500 || status < 400 ? 'unavailable' : 'bad_request'
}
