/** Who calls, and may they? @see RFC 6750 §2.1, §3 */
import { ClavigerError } from '@claviger/core'
import type { FailedCredential, FailureModeUse } from '@claviger/gateway'
import type { Asked, Operator } from '#edge'
import type { AdminKeyLookup } from '#identity'
import type { ControlOptions } from './control-options.ts'
import type { Visit } from './visit.ts'

const DENIED_BY_FEED: FailureModeUse = {
  dependency: 'feed',
  mode: 'deny',
  target: { type: 'door', id: 'control', workspaceId: undefined },
  outcome: 'refused',
}

/**
 * Finds the operator behind the admin key of a request. Failures are counted against the address and aggregated, not
 * written one by one.
 *
 * @throws ClavigerError 401 for what is no good admin key, `probing` for an address that keeps trying, 503 when it cannot
 *   be known whether a key was revoked
 */
export async function authenticate(options: ControlOptions, visit: Visit): Promise<Operator> {
  refuseShielded(options, visit)
  const { presented, severalCredentials } = visit.facts
  if (severalCredentials) throw new ClavigerError('bad_header', 'The request carries more than one credential.')
  if (presented === undefined) {
    throw new ClavigerError('credential_missing', 'This needs an admin key: Authorization: Bearer clv_admin_…')
  }
  // Without the feed nobody can tell whether this key was revoked a moment ago (decision 4: the control API denies).
  if (options.feedAgeMs() > options.config.feedStaleMs) {
    options.failureModeUsed(DENIED_BY_FEED)
    throw new ClavigerError(
      'feed_lost',
      'The server cannot see revocations at the moment, so it lets no operator in.',
      { retryAfterSeconds: 1 },
    )
  }
  const lookup = await options.operators.find(presented)
  if (lookup.kind === 'unknown') {
    const waitMs = recordFailure(options, visit, { presented, reason: lookup.reason })
    if (waitMs > 0) throw probing(waitMs)
    throw new ClavigerError('credential_invalid', 'This is not an admin key, or it was revoked.')
  }
  // Its holder has the right secret: that is written down, and is no guess.
  if (lookup.kind === 'expired' || lookup.kind === 'workspace_disabled') tellRefused(options, visit, lookup.kind)
  return operatorOf(lookup)
}

/** @throws ClavigerError `permission_missing` */
export function authorize(operator: Operator, asked: Asked): void {
  if (asked === 'anybody' || asked === 'authenticated' || operator.permissions.has(asked)) return
  throw new ClavigerError(
    'permission_missing',
    `This needs the permission ${asked}, which the role ${operator.role} does not have here.`,
  )
}

/** @throws ClavigerError `probing` */
export function refuseShielded({ shield }: ControlOptions, { clientIp }: Visit): void {
  const shieldedMs = clientIp === undefined ? 0 : shield.shieldedForMs(clientIp)
  if (shieldedMs > 0) throw probing(shieldedMs)
}

/** Counts it, and aggregates it for the journal. @returns the ms that it is told to wait; 0: it is told what is wrong */
export function recordFailure(
  options: ControlOptions,
  visit: Visit,
  failed: Pick<FailedCredential, 'presented' | 'reason'>,
): number {
  tellRefused(options, visit, failed.reason)
  return options.shield.recordFailure({ clientIp: visit.clientIp, ...failed })
}

function tellRefused({ refusedBefore }: ControlOptions, { clientIp }: Visit, reason: string): void {
  if (clientIp !== undefined) refusedBefore(clientIp, reason)
}

function probing(waitMs: number): ClavigerError {
  return new ClavigerError(
    'probing',
    'Too many failed credentials came from this address, or for this key. Wait, then try again.',
    {
      retryAfterSeconds: Math.ceil(waitMs / 1000),
    },
  )
}

function operatorOf(lookup: Exclude<AdminKeyLookup, { readonly kind: 'unknown' }>): Operator {
  switch (lookup.kind) {
    case 'found': {
      const { id, workspaceId, role, permissions, isHome, expiresAtMs, bounds } = lookup.key
      return { adminKeyId: id, workspaceId, role, permissions, isHome, expiresAtMs, bounds }
    }
    case 'expired':
      throw new ClavigerError('key_expired', 'This admin key has expired.')
    case 'workspace_disabled':
      throw new ClavigerError('workspace_disabled', 'The workspace of this admin key is disabled.')
    case 'unavailable':
      throw new ClavigerError('store_unavailable', 'Admin keys cannot be read at the moment.', { retryAfterSeconds: 1 })
  }
}
