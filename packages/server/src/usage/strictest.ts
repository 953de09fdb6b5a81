/**
 * Declarations that mean one balance of credits: a call is paid once, as the strictest of them says, so that whoever may
 * declare a limit on a key cannot loosen what its api, route, plan or app declares. Their order does not matter.
 */
import type { CounterLoss, LimitPolicy } from '@claviger/core'

/** One per pair, so that an account finds the declaration that it knows. */
const merged = new WeakMap<LimitPolicy, WeakMap<LimitPolicy, LimitPolicy>>()

/** Each balance once, where the first declaration of it stood; the same list when none comes twice. */
export function eachOnce(policies: readonly LimitPolicy[]): readonly LimitPolicy[] {
  const once = new Map<string, LimitPolicy>()
  for (const policy of policies) {
    const held = once.get(policy.id)
    once.set(policy.id, held === undefined ? policy : strictestOf(held, policy))
  }
  return once.size === policies.length ? policies : [...once.values()]
}

function strictestOf(one: LimitPolicy, other: LimitPolicy): LimitPolicy {
  let known = merged.get(one)
  if (known === undefined) merged.set(one, (known = new WeakMap()))
  const made = known.get(other) ?? merge(one, other)
  known.set(other, made)
  return made
}

/** Refusals name the one that enforces; the first of two that do. */
function merge(one: LimitPolicy, other: LimitPolicy): LimitPolicy {
  const [named, second] = one.mode === 'shadow' && other.mode === 'enforce' ? [other, one] : [one, other]
  const isExact = one.class === 'exact' || other.class === 'exact'
  // a shadow refuses nobody, whatever it says of lost counters
  const asked = named.mode === second.mode ? [named, second] : [named]
  const loss = LOSSES.find((each) => asked.some(({ onCounterLoss }) => onCounterLoss === each)) ?? named.onCounterLoss
  if ((named.class === 'exact') === isExact && named.onCounterLoss === loss) return named
  return { ...named, class: isExact ? 'exact' : named.class, onCounterLoss: loss }
}

/** The strictest first. */
const LOSSES: readonly CounterLoss[] = ['closed', 'local', 'open']
