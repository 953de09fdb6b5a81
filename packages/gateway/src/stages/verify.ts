/**
 * Stage 3: whose key is it? The key is presented as `Authorization: Bearer`, as `x-api-key`, or in a header field that
 * the route names. Whatever is wrong with it is answered alike.
 */
import { ClavigerError, probing } from '@claviger/core'
import type { Context } from '../context.ts'
import { learnKey, type Refused, type Shielded, type Verified } from '../exchange.ts'
import { STORE_TARGET } from '../failure-targets.ts'
import type { FailedCredential, FailureModeUse, Lookup, MaybePromise } from '../ports.ts'
import { refuseUnknown } from './refuse.ts'

// errors that are the same for everybody are made once: a stack trace for each probe would be the prober's weapon
const MISSING = refuseUnknown(
  new ClavigerError('credential_missing', 'This needs a key: send it as "Authorization: Bearer".'),
  'credential',
)
const INVALID = refuseUnknown(new ClavigerError('credential_invalid', 'The credential is not valid.'), 'credential')
const UNAVAILABLE = refuseUnknown(
  new ClavigerError('unavailable', 'The key cannot be checked at the moment.', { retryAfterSeconds: 1 }),
  'snapshots',
)
const SEVERAL = refuseUnknown(
  new ClavigerError('bad_header', 'Several different credentials were presented. Send one.', {
    facts: { challenge: 'invalid_request' },
  }),
  'credential',
)

/** The database is away, and what had to be read from it is not in memory. */
export const REFUSED_BY_STORE: FailureModeUse = {
  dependency: 'store',
  mode: 'refuse_unknown',
  target: STORE_TARGET,
  outcome: 'refused',
}

/** Places that every route reads; a route may name more. */
const COMMON_PLACES: ReadonlySet<string> = new Set(['authorization', 'x-api-key'])

export function verify(context: Context, shielded: Shielded): MaybePromise<Verified | Refused> {
  if (shielded.facts.severalCredentials) return SEVERAL
  const keyHeaders = shielded.route?.keyHeaders
  const own = keyHeaders === undefined || keyHeaders.length === 0 ? undefined : ownPlace(shielded, keyHeaders)
  const common = shielded.facts.presented
  const presented = common ?? own
  if (presented === undefined || presented === '') return MISSING
  const shown = { presented, other: common === undefined || own === common ? undefined : own }
  const lookup = context.ports.snapshots.find(presented)
  if (lookup instanceof Promise) return lookup.then((found) => judge(context, shielded, { ...shown, lookup: found }))
  return judge(context, shielded, { ...shown, lookup })
}

interface Shown {
  readonly presented: string
  /** What stood in the route's own place beside it, and is not the same. */
  readonly other: string | undefined
  readonly lookup: Lookup
}

export function refuseWrong(
  context: Context,
  { clientIp, facts }: Pick<Shielded, 'clientIp' | 'facts'>,
  failed: Pick<FailedCredential, 'presented' | 'reason'>,
): Refused {
  const waitMs = context.ports.counters.recordFailure({ clientIp, ...failed })
  if (waitMs > 0) return refuseUnknown(probing(waitMs), 'shield')
  // see `hidesRoute`
  return facts.presented === undefined ? MISSING : INVALID
}

function judge(context: Context, shielded: Shielded, { presented, other, lookup }: Shown): Verified | Refused {
  switch (lookup.kind) {
    case 'unknown':
      return refuseWrong(context, shielded, { presented, reason: lookup.reason })
    case 'unavailable':
      context.ports.journal.failureModeUsed(REFUSED_BY_STORE)
      return UNAVAILABLE
    case 'found':
      return judgeFound(shielded, other, lookup)
  }
}

function judgeFound(
  shielded: Shielded,
  other: string | undefined,
  { key, version }: Extract<Lookup, { readonly kind: 'found' }>,
): Verified | Refused {
  if (shielded.route?.workspaceId === key.workspace.current.id)
    return other === undefined ? learnKey(shielded, key, version) : SEVERAL
  return hidesRoute(shielded) ? MISSING : learnKey(shielded, key, version)
}

/**
 * What stands in a place that only this route reads, and is no good key of its workspace, is not there: on a route that does
 * not exist nobody would have read it, and nobody but the route's own callers learns that it exists.
 */
const hidesRoute = ({ facts }: Shielded): boolean => facts.presented === undefined

function ownPlace(shielded: Shielded, keyHeaders: readonly string[]): string | undefined {
  let presented: string | undefined
  for (const name of keyHeaders) {
    if (COMMON_PLACES.has(name)) continue
    const value: unknown = shielded.headers[name]
    // a field given twice is one text with a comma in it, and no key has one
    const text = Array.isArray(value) ? value.join(', ') : value
    if (typeof text !== 'string') continue
    presented = presented === undefined || presented === text ? text : `${presented}, ${text}`
  }
  return presented
}
