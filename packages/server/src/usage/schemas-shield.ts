/** Blocks of the shield on the wire. */
import { z } from 'zod'
import { wire } from '#edge'
import type { SeenBlock } from './shield-blocks.ts'
import { SHIELD_SCOPES, shieldedRange } from './shield.ts'

const kind = z.enum(SHIELD_SCOPES)
const subjectMeta = {
  description: 'An address (its /56 in IPv6), the public id in a key, or the prefix of keys.',
  example: '203.0.113.7/32',
}

export const blockFilters = z.strictObject({
  kind: kind.optional(),
  subject: z.string().min(1).max(64).optional().meta(subjectMeta),
})

export const blockAnswer = z
  .object({
    kind,
    subject: z.string().meta(subjectMeta),
    key_id: z.string().nullable().meta({ description: 'Of a key: the key or admin key that has this public id.' }),
    node_id: z.string().meta({ description: 'The process that makes it wait. Each counts for itself.' }),
    here: z
      .boolean()
      .meta({ description: 'It is the process that answers. Of others, what they told 2 s ago at most.' }),
    since: wire.instant,
    until: wire.instant,
    failures: z.int().meta({ description: 'Since it is remembered, in the block and before it.', example: 75 }),
  })
  .meta({ id: 'ShieldBlock' })

export const liftBody = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('address'),
    subject: z
      .string()
      .max(64)
      .refine((text) => shieldedRange(text) !== undefined, 'is neither an address nor a /32 of IPv4 or a /56 of IPv6')
      .meta({ description: 'An address, or the range as the list shows it.', example: '203.0.113.7' }),
  }),
  z.strictObject({
    kind: z.literal('key'),
    subject: z
      .string()
      .regex(/^[0-9A-Za-z]{12}$/, 'is not the public id of a key')
      .meta({ description: 'The public id, as it stands in the key.', example: '4fJ2kQ0aZx81' }),
  }),
  z.strictObject({
    kind: z.literal('prefix'),
    subject: z
      .string()
      .regex(/^[a-z0-9]{2,12}$/, 'is not the prefix of a key')
      .meta({ example: 'acme' }),
  }),
])

export const liftAnswer = z
  .object({
    kind,
    subject: z.string().meta(subjectMeta),
    lifted_at: wire.instant,
  })
  .meta({ id: 'LiftedShieldBlock' })

export function blockToWire(block: SeenBlock): z.input<typeof blockAnswer> {
  return {
    kind: block.scope,
    subject: block.subject,
    key_id: block.ownId ?? null,
    node_id: block.nodeId,
    here: block.isHere,
    since: wire.instantText(new Date(block.sinceAtMs)),
    until: wire.instantText(new Date(block.untilAtMs)),
    failures: block.failures,
  }
}
