/** How limits stand on the wire, and what they compile to. Keys, apps, plans, apis, routes and models all declare them so. */
import { bucketsFor, isZone, type LimitOwnerKind, type LimitPartition, type LimitPolicy } from '@claviger/core'
import { z } from 'zod'

/** What declares a limit; its counters carry this name. */
export interface LimitOwner {
  readonly kind: LimitOwnerKind
  readonly id: string
}

const MOST_UNITS = 1_000_000_000
const MOST_WINDOW_SECONDS = 31 * 86_400
const MOST_LIMITS = 16
/** The arithmetic of bursts is done in whole numbers below this. */
const MOST_BURST_WORK = 2 ** 52

const name = z
  .string()
  .regex(/^[a-z0-9_-]{1,32}$/, 'must be 1 to 32 of a-z, 0-9, _ and -')
  .meta({ description: 'Stands in the RateLimit fields.', example: 'requests' })
const units = z.int().min(1).max(MOST_UNITS)
const windowSeconds = z.int().min(1).max(MOST_WINDOW_SECONDS)
const mode = z
  .enum(['enforce', 'shadow'])
  .default('enforce')
  .meta({ description: 'shadow: counted and told, never refuses.' })
const anyClass = z.enum(['exact', 'bounded', 'approximate']).default('bounded')
/** What must hold in the whole installation has no class that counts in each process for itself. */
const strictClass = z.enum(['exact', 'bounded']).default('bounded')
const onCounterLoss = z
  .enum(['closed', 'open', 'local'])
  .default('closed')
  .meta({ description: 'When the counter cannot be reached: refuse, let through, or decide with this process’s part.' })

const partition = z.enum(['key', 'app', 'ip', 'route'])
const per = z
  .union([
    partition,
    z
      .array(partition)
      .min(1)
      .max(4)
      .refine((items) => new Set(items).size === items.length, 'holds an item twice'),
  ])
  .optional()
  .meta({ description: 'Counted apart for each of these, e.g. each address (a /56 of IPv6).', example: 'ip' })

const windowLimit = z.strictObject({
  kind: z.literal('window'),
  name,
  limit: units.meta({ description: 'At most so many units in any window.' }),
  window_seconds: windowSeconds,
  class: anyClass,
  mode,
  on_counter_loss: onCounterLoss,
  per,
})

const burstLimit = z
  .strictObject({
    kind: z.literal('burst'),
    name,
    limit: units.meta({ description: 'So many units in window_seconds, evenly.' }),
    window_seconds: windowSeconds,
    burst: units.meta({ description: 'And up to so many at once, after a rest.' }),
    class: anyClass,
    mode,
    on_counter_loss: onCounterLoss,
    per,
  })
  .refine(({ burst, window_seconds }) => burst * window_seconds * 1_000 <= MOST_BURST_WORK, {
    path: ['burst'],
    error: 'is too large for so long a window',
  })

const concurrencyLimit = z.strictObject({
  kind: z.literal('concurrency'),
  name,
  limit: units.meta({ description: 'At most so many calls at once.' }),
  class: anyClass,
  mode,
  on_counter_loss: onCounterLoss,
  per,
})

const quotaLimit = z
  .strictObject({
    kind: z.literal('quota'),
    name,
    limit: units.meta({ description: 'At most so many units in each period of the calendar.' }),
    period: z.enum(['day', 'week', 'month', 'year']),
    anchor_day: z.int().min(1).max(31).default(1).meta({
      description:
        'First day of the period: of the month (its last day where it has none such), of the week (1 is Monday).',
    }),
    anchor_month: z.int().min(1).max(12).default(1).meta({ description: 'First month of a year.' }),
    zone: z
      .string()
      .max(64)
      .default('UTC')
      .refine(isZone, 'is not the name of a time zone')
      .meta({ description: 'IANA name; its midnight counts.', example: 'Europe/Berlin' }),
    class: strictClass,
    mode,
    on_counter_loss: onCounterLoss,
    per,
  })
  .refine(({ period, anchor_day }) => period !== 'week' || anchor_day <= 7, {
    path: ['anchor_day'],
    error: 'must be 1 (Monday) to 7 for a week',
  })

const creditsLimit = z.strictObject({
  kind: z.literal('credits'),
  name,
  class: strictClass,
  mode,
  on_counter_loss: z
    .enum(['closed', 'open'])
    .default('closed')
    .meta({ description: 'When the ledger cannot be reached: refuse, or let through unpaid.' }),
  per: z.enum(['key', 'app']).optional().meta({ description: 'Whose balance; on a key or an app: its own.' }),
})

export const limitSchema = z
  .discriminatedUnion('kind', [windowLimit, burstLimit, concurrencyLimit, quotaLimit, creditsLimit])
  .meta({ id: 'Limit', example: { kind: 'window', name: 'requests', limit: 100, window_seconds: 60 } })

/** All limits of one thing. Names tell them apart in answers, so none comes twice. */
export const limitsSchema = z
  .array(limitSchema)
  .max(MOST_LIMITS)
  .superRefine((limits, context) => {
    for (const [at, limit] of limits.entries()) {
      const first = limits.findIndex((other) => other.name === limit.name)
      if (first < at)
        context.addIssue({ code: 'custom', path: [at, 'name'], message: `is the name of limit ${first} too` })
      const paid = limits.findIndex((other) => other.kind === 'credits')
      if (limit.kind === 'credits' && paid < at)
        context.addIssue({ code: 'custom', path: [at, 'kind'], message: 'credits are paid once' })
    }
  })

/** As it is after the schema: what was left out has its default. */
export type WireLimit = z.output<typeof limitSchema>

/**
 * What the data plane counts by. A plan's limit is one for each key that is on the plan, unless it says otherwise; every other
 * limit without `per` is one for all calls that it stands in the way of.
 */
export function limitPolicyOf(wire: WireLimit, owner: LimitOwner): LimitPolicy {
  const id = `${owner.kind}:${owner.id}:${wire.kind}:${wire.name}`
  const { name, mode, class: limitClass, on_counter_loss } = wire
  const partitions = partitionsOf(wire, owner)
  const common = {
    id,
    name,
    owner: owner.kind,
    class: limitClass,
    mode,
    onCounterLoss: on_counter_loss,
    ...(partitions.length > 0 && { per: partitions }),
  }
  switch (wire.kind) {
    case 'window': {
      const windowMs = wire.window_seconds * 1_000
      return { ...common, kind: 'window', limit: wire.limit, windowMs, buckets: bucketsFor(windowMs) }
    }
    case 'burst':
      return { ...common, kind: 'burst', limit: wire.limit, windowMs: wire.window_seconds * 1_000, burst: wire.burst }
    case 'concurrency':
      return { ...common, kind: 'concurrency', limit: wire.limit }
    case 'quota': {
      const { limit, period, anchor_day, anchor_month, zone } = wire
      return { ...common, kind: 'quota', limit, period, anchorDay: anchor_day, anchorMonth: anchor_month, zone }
    }
    case 'credits': {
      const account = partitions.length > 0 ? undefined : owner.id
      const balance = account === undefined ? common : { ...common, id: `credits:${account}` }
      return { ...balance, kind: 'credits', limit: Number.MAX_SAFE_INTEGER, account }
    }
  }
}

/** What the owner tells anyway is left out: all calls that a key's limit sees are of one key, of one app. */
function partitionsOf(wire: WireLimit, owner: LimitOwner): readonly LimitPartition[] {
  const asked: readonly LimitPartition[] =
    wire.per === undefined ? [] : typeof wire.per === 'string' ? [wire.per] : wire.per
  const known = TOLD_BY_OWNER[owner.kind]
  const rest = asked.filter((each) => !known.has(each))
  const needsOne = owner.kind === 'plan' || (wire.kind === 'credits' && !known.has('app'))
  return rest.length === 0 && asked.length === 0 && needsOne ? ['key'] : rest
}

const TOLD_BY_OWNER: Readonly<Record<LimitOwner['kind'], ReadonlySet<LimitPartition>>> = {
  key: new Set(['key', 'app']),
  app: new Set(['app']),
  plan: new Set(),
  api: new Set(),
  route: new Set(['route']),
  model: new Set(['route']),
}
