/** How a change to try, and what it would have changed, stand on the wire. */
import { z } from 'zod'
import { wire } from '#edge'
import { appPatch } from '#identity'
import { apiPatch, keyPatch, limitFacts, planPatch } from '#keys'
import type { DryRun, ReplayedLimits } from './run.ts'
import type { TriedChange } from './tried-change.ts'
import type { Tally } from './tally.ts'

const MOST_DAYS = 30
const MOST_DECISIONS = 1_000_000
const MOST_SAMPLES = 20

export const dryRunBody = z
  .strictObject({
    key: keyPatch
      .safeExtend({ id: wire.idOf('key') })
      .optional()
      .meta({ description: 'A key, and what would be changed: whatever `PATCH /keys/{id}` takes.' }),
    api: apiPatch
      .safeExtend({ id: wire.idOf('api') })
      .optional()
      .meta({ description: 'An api, and what would be changed: whatever `PATCH /apis/{id}` takes.' }),
    app: appPatch
      .safeExtend({ id: wire.idOf('app') })
      .optional()
      .meta({ description: 'An app, and what would be changed: whatever `PATCH /apps/{id}` takes.' }),
    plan: planPatch
      .safeExtend({ id: wire.idOf('pln') })
      .optional()
      .meta({ description: 'A plan, and what would be changed: whatever `PATCH /plans/{id}` takes.' }),
    days: z.int().min(1).max(MOST_DAYS).default(7).meta({ description: 'How far to look back.' }),
    max_decisions: z.int().min(1).max(MOST_DECISIONS).default(250_000).meta({
      description:
        'At most so many are evaluated, the newest; where limits are run again, those before and those of keys that share one count too.',
    }),
    samples: z.int().min(0).max(MOST_SAMPLES).default(5).meta({ description: 'Calls shown of each group.' }),
  })
  .superRefine((body, context) => {
    const named = [body.key, body.api, body.app, body.plan].filter((change) => change !== undefined)
    if (named.length !== 1)
      context.addIssue({ code: 'custom', path: [], message: 'names one change: key, api, app, or plan' })
  })

const sample = z.object({
  request_id: z.string(),
  at: wire.instant,
  door: z.string(),
  method: z.string(),
  path: z.string(),
  client_ip: z.string(),
})

const group = z.object({
  key_id: z.string(),
  app_id: z.string(),
  from: z.string().meta({ example: 'valid' }),
  to: z.string().meta({ example: 'ip_not_allowed' }),
  from_rule: z
    .string()
    .meta({ description: 'The rule that decides for `from`, at the newest of them.', example: 'all' }),
  rule: z.string().meta({
    description: 'The rule that decides for `to`, at the newest of them; of a limit, `limit.`, its owner and its name.',
    example: 'limit.plan.requests',
  }),
  count: z.int(),
  first_at: wire.instant,
  last_at: wire.instant,
  samples: z.array(sample).meta({ description: 'Of the newest.' }),
})

const notReplayed = z.object({
  name: limitFacts.name,
  kind: limitFacts.kind,
  owner: limitFacts.owner,
  reason: z.enum(['journal_too_short', 'ledger_too_long']).meta({
    description:
      '`journal_too_short`: it counts from before what the journal holds, or from before what could be looked at. ' +
      '`ledger_too_long`: too much was booked on its balances since then.',
  }),
})

const replayed = z.object({
  warm_up_from: wire.instant.meta({
    description: 'From here on decisions were run again, so that counters are as full as they were at `compared_from`.',
  }),
  compared_from: wire.instant.meta({ description: 'From here on they are compared.' }),
  decisions: z.int().meta({ description: 'That were run again, the earlier ones among them.' }),
  agreement: z
    .object({
      compared: z.int().meta({ description: 'Decisions whose limits were run again as they are.' }),
      agreed: z.int().meta({ description: 'Of those, the ones that came out as they were journaled.' }),
      share: z.number().min(0).max(1).nullable().meta({ description: 'null: there were none.' }),
    })
    .meta({ description: 'How far the run can be trusted.' }),
  not_replayed: z.array(notReplayed).meta({
    description: 'Limits that cannot be run again: what they refused stays refused, and they refuse no more.',
  }),
})

const tally = {
  total: z.int(),
  groups: z.array(group).meta({ description: 'By key, from and to; the most frequent first.' }),
  ungrouped: z.int().meta({ description: 'Counted in `total`, and in no group because there are too many groups.' }),
}

export const dryRunAnswer = z
  .object({
    from: wire.instant,
    to: wire.instant,
    truncated: z.boolean().meta({ description: 'A bound was met first: older decisions were not looked at.' }),
    oldest_at: wire.instant.nullable().meta({ description: 'The oldest decision that was looked at.' }),
    decisions: z.object({
      found: z.int().meta({ description: 'That the change could concern.' }),
      evaluated: z.int(),
      not_evaluated: z.object({
        key_gone: z.int(),
        version_gone: z.int(),
        target_gone: z.int().meta({ description: 'The route or model is gone, and what it needed with it.' }),
        refused_elsewhere: z.int().meta({ description: 'Refused before the rules were asked.' }),
        unreadable: z.int(),
      }),
    }),
    flips: z
      .object({
        ...tally,
        allowed_to_refused: z.int(),
        refused_to_allowed: z.int(),
        allowed_to_limited: z.int().meta({ description: 'Of the allowed ones that are refused: by a limit.' }),
        limited_to_allowed: z.int().meta({ description: 'Of the refused ones that are allowed: a limit had refused.' }),
      })
      .meta({ description: 'Decisions that the change alone would make otherwise.' }),
    already_differs: z
      .object(tally)
      .meta({ description: 'Decisions that are made otherwise today, without the change, than they were then.' }),
    limits: replayed.nullable().meta({
      description: 'What came of running limits again; null for a change that does not touch limits.',
    }),
    assumptions: z.array(z.string()).meta({ description: 'What this rests on.' }),
  })
  .meta({ id: 'DryRun' })

export function changeFromWire({ key, app, plan, api }: z.output<typeof dryRunBody>): TriedChange {
  if (key !== undefined) {
    const { id, ...patch } = key
    return { kind: 'key', id, patch }
  }
  if (app !== undefined) {
    const { id, ...patch } = app
    return { kind: 'app', id, patch }
  }
  if (plan !== undefined) {
    const { id, ...patch } = plan
    return { kind: 'plan', id, patch }
  }
  // one of the four is there, says the schema
  const { id = '', ...patch } = api ?? {}
  return { kind: 'api', id, patch }
}

const ASSUMPTIONS = [
  'Every decision is asked again at its own instant, with the key, app, api and workspace as they are now.',
  'What routes and models need is taken as of now; what was asked for at keys/verify as it was journaled.',
  'What refused a call behind the rules and the limits, such as an upstream, still does.',
  'Countries and networks are looked up in the files of today.',
] as const

const WITHOUT_LIMITS =
  'Limits are not asked again: a call that a limit refused stays refused, and one that was let through is not charged.'

const WITH_LIMITS = [
  'Limits are run again in the order of the calls, as they are and as they would be: only what is let through is charged.',
  'Limits, plans and the limits of routes and models are taken as of now; what a call cost as it was journaled.',
  'Everything is counted in one place: what several processes had leased, or counted each for itself, is not known.',
  'A call that was refused then and is let through lasts as long as the last one of its route or model; at keys/verify none lasts.',
] as const

export function dryRunToWire(run: DryRun): z.input<typeof dryRunAnswer> {
  const { allowedToRefused, refusedToAllowed } = run
  return {
    from: instantOf(run.fromMs),
    to: instantOf(run.toMs),
    truncated: run.truncated,
    oldest_at: run.oldestAtMs === undefined ? null : instantOf(run.oldestAtMs),
    decisions: { found: run.found, evaluated: run.evaluated, not_evaluated: { ...run.unasked } },
    flips: {
      ...tallyToWire(run.flips),
      allowed_to_refused: allowedToRefused,
      refused_to_allowed: refusedToAllowed,
      allowed_to_limited: run.allowedToLimited,
      limited_to_allowed: run.limitedToAllowed,
    },
    already_differs: tallyToWire(run.alreadyDiffers),
    limits: run.limits === undefined ? null : limitsToWire(run.limits),
    assumptions: [...ASSUMPTIONS, ...(run.limits === undefined ? [WITHOUT_LIMITS] : WITH_LIMITS)],
  }
}

function limitsToWire({ knownFromMs, comparedFromMs, decisions, compared, agreed, notReplayed: not }: ReplayedLimits) {
  return {
    warm_up_from: instantOf(knownFromMs),
    compared_from: instantOf(comparedFromMs),
    decisions,
    agreement: { compared, agreed, share: compared === 0 ? null : agreed / compared },
    not_replayed: not
      .limits()
      .map(({ policy: { name, kind, owner = 'key' }, reason }) => ({ name, kind, owner, reason })),
  }
}

function tallyToWire(counted: Tally) {
  return {
    total: counted.total,
    ungrouped: counted.ungrouped,
    groups: counted.groups().map((each) => ({
      key_id: each.keyId,
      app_id: each.appId,
      from: each.from,
      to: each.to,
      from_rule: each.fromRule,
      rule: each.rule,
      count: each.count,
      first_at: instantOf(each.firstAtMs),
      last_at: instantOf(each.lastAtMs),
      samples: each.samples.map(({ requestId, atMs, clientIp, ...same }) => ({
        ...same,
        request_id: requestId,
        at: instantOf(atMs),
        client_ip: clientIp,
      })),
    })),
  }
}

const instantOf = (atMs: number): string => wire.instantText(new Date(atMs))
