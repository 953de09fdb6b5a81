/** How orders on many keys stand on the wire. */
import { ClavigerError, compileCidrs } from '@claviger/core'
import { wire } from '#edge'
import { z } from 'zod'
import type { DecommissionPreview } from './decommission.ts'
import { SEEN_IPS_KEPT_DAYS } from './maintain-keys.ts'
import type { KeyFilter } from './key-filter.ts'
import type { OrderPreview, OrderSubject } from './preview-order.ts'
import type { OrderRow } from './rows-orders.ts'
import { environmentName, keyPrefix } from './schemas-filter.ts'
import { keyAnswer, keyToWire } from './schemas.ts'

const DAY_MS = 86_400_000

const range = z
  .string()
  .max(64)
  .superRefine((text, context) => {
    try {
      compileCidrs([text])
    } catch (error) {
      if (!(error instanceof ClavigerError)) throw error
      context.addIssue({ code: 'custom', message: error.errors[0]?.detail ?? 'This is no range of addresses.' })
    }
  })
  .meta({ description: 'An address or a range in CIDR form.', example: '198.51.100.0/24' })

export const orderFilter = z
  .strictObject({
    app_id: wire.idOf('app').optional(),
    api_id: wire.idOf('api').optional(),
    role_id: wire.idOf('rol').optional(),
    environment: environmentName.optional(),
    prefix: keyPrefix.optional(),
    owner: wire.owner.optional().meta({ description: 'Of the key, or of its app where the key names none.' }),
    tag: wire.slug.optional(),
    created_by: wire.idOf('adm').optional().meta({ description: 'The admin key that made them.' }),
    created_before: wire.instantInput.optional(),
    unused_since: wire.instantInput.optional().meta({ description: 'Made before it, and not admitted since.' }),
    ip_seen: z
      .strictObject({ range, within_days: z.int().min(1).max(SEEN_IPS_KEPT_DAYS).default(SEEN_IPS_KEPT_DAYS) })
      .optional()
      .meta({ description: 'Presented from there, with the right secret.' }),
  })
  .refine((filter) => Object.values(filter).some((value) => value !== undefined), 'must say which keys are meant')
  .meta({
    id: 'KeyOrderFilter',
    description: 'All members that are given must hold.',
    example: { owner: 'ada@example.com' },
  })

export const confirm = z
  .string()
  .regex(/^[A-Za-z0-9_-]{43}$/, 'is not the digest of a preview')
  .meta({ description: 'From the preview: what ends is what was previewed.' })

export const orderPreviewAnswer = z
  .object({
    keys_total: z.int(),
    sample: z.array(keyAnswer).meta({ description: 'The newest of the keys that would end; 20 at most.' }),
    confirm,
    expires_at: wire.instant.meta({ description: 'Confirm it before.' }),
  })
  .meta({ id: 'KeyOrderPreview' })

export const decommissionPreviewAnswer = orderPreviewAnswer
  .extend({
    apps: z
      .array(z.object({ id: wire.idOf('app'), name: wire.name, owner: wire.owner }))
      .meta({ description: 'Apps that would end.' }),
  })
  .meta({ id: 'DecommissionPreview' })

export const orderAnswer = z
  .object({
    id: wire.idOf('ord'),
    kind: z.enum(['revoke_keys', 'decommission_app', 'decommission_owner']),
    state: z.enum(['running', 'done']).meta({ description: 'A large order goes on after the answer.' }),
    subject: z.record(z.string(), z.unknown()).meta({ description: 'What was asked for.' }),
    reason: z.string().nullable(),
    app_ids: z.array(wire.idOf('app')).meta({ description: 'Apps that it ended, with all their keys.' }),
    keys_total: z.int(),
    keys_revoked: z.int().meta({ description: 'By this order, so far.' }),
    keys_skipped: z.int().meta({ description: 'Were revoked or purged before their turn came.' }),
    position: z.int().meta({ description: 'Of its last change in the feed.' }),
    created_by: z.string(),
    created_at: wire.instant,
    started_at: wire.instant.nullable(),
    finished_at: wire.instant.nullable(),
  })
  .meta({ id: 'KeyOrder' })

export const orderReceiptAnswer = orderAnswer
  .extend({
    nodes: z
      .object({ acknowledged: z.int(), total: z.int() })
      .meta({ description: 'Processes that refuse all that is revoked so far, of all that live.' }),
  })
  .meta({ id: 'KeyOrderReceipt' })

export function subjectOfFilter(filter: z.output<typeof orderFilter>): OrderSubject {
  return { kind: 'revoke_keys', members: filter }
}

export function filterOfOrder(filter: z.output<typeof orderFilter>, nowMs: number): KeyFilter {
  const { app_id: appId, api_id: apiId, role_id: roleId, created_by: createdBy, ip_seen: seen, ...rest } = filter
  const { created_before: createdBefore, unused_since: unusedSince, ...same } = rest
  const seenFrom = seen && { range: seen.range, since: new Date(nowMs - seen.within_days * DAY_MS) }
  return { ...same, appId, apiId, roleId, createdBy, createdBefore, unusedSince, seenFrom }
}

export function previewToWire({ order, sample }: OrderPreview): z.input<typeof orderPreviewAnswer> {
  return {
    keys_total: order.keys_total,
    sample: sample.map(keyToWire),
    confirm: order.confirm,
    expires_at: wire.instantText(order.expires_at),
  }
}

export function decommissionToWire(preview: DecommissionPreview): z.input<typeof decommissionPreviewAnswer> {
  return { ...previewToWire(preview), apps: preview.apps.map(({ id, name, owner }) => ({ id, name, owner })) }
}

export function orderToWire(order: OrderRow): z.input<typeof orderAnswer> {
  return {
    id: order.id,
    kind: orderAnswer.shape.kind.parse(order.kind),
    state: order.state === 'done' ? 'done' : 'running',
    subject: wire.jsonObject(order.subject),
    reason: order.reason,
    app_ids: [...order.app_ids],
    keys_total: order.keys_total,
    keys_revoked: order.keys_revoked,
    keys_skipped: order.keys_skipped,
    position: order.position,
    created_by: String(wire.jsonObject(order.actor)['id']),
    created_at: wire.instantText(order.created_at),
    started_at: wire.instantText(order.started_at),
    finished_at: wire.instantText(order.finished_at),
  }
}
