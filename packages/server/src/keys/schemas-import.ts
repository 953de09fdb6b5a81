/** How an import of hashes stands on the wire. */
import { ENVIRONMENT } from '@claviger/core'
import { wire } from '#edge'
import { limitsSchema } from '#usage'
import { z } from 'zod'
import type { HashEncoding } from './check-import.ts'
import type { ImportItem, ImportedKey } from './import-batch.ts'
import type { ImportOutcome, KeyImport } from './import-keys.ts'
import { roleIds } from './schemas-roles.ts'

export const MOST_IMPORTED = 10_000

const scopes = wire.unique(wire.scope, 200)
const tags = wire.unique(wire.slug, 50)
const environment = z.string().regex(ENVIRONMENT, 'must be 2 to 12 of a-z and 0-9')
const planId = wire.idOf('pln').nullable()
const visible = /^[\x21-\x7e]+$/

/** What holds for all items that do not say otherwise. */
const defaults = {
  environment: environment.default('live'),
  scopes: scopes.default([]),
  role_ids: roleIds.default([]),
  owner: wire.owner.nullable().default(null),
  tags: tags.default([]),
  limits: limitsSchema.default([]).meta({ description: 'Of each key alone.' }),
  plan_id: planId.default(null).meta({ description: 'The limits of the plan hold beside those of the key.' }),
  metadata: wire.metadata.default({}),
  expires_at: wire.instantInput.nullable().default(null),
}

/** One item, with all its rules: judged one by one, so that a bad one does not hold up the others. */
const itemRules = z.strictObject({
  hash: z.string(),
  name: wire.name.default('imported'),
  start: z.string().max(16).regex(visible, 'must be visible ASCII').nullable().default(null),
  last_four: z.string().length(4).regex(visible, 'must be visible ASCII').nullable().default(null),
  environment: environment.optional(),
  scopes: scopes.optional(),
  role_ids: roleIds.optional(),
  owner: wire.owner.nullable().optional(),
  tags: tags.optional(),
  limits: limitsSchema.optional(),
  plan_id: planId.optional(),
  metadata: wire.metadata.optional(),
  not_before: wire.instantInput.nullable().default(null),
  expires_at: wire.instantInput.nullable().optional(),
  disabled: z.boolean().default(false),
})

/** The same members with their types only: what has not even these is no import, and is refused as a whole. */
const item = z
  .strictObject({
    hash: z.string().max(1_000).meta({ description: 'Of the whole secret, as it is presented, in UTF-8.' }),
    name: z.string().max(1_000).optional(),
    start: z
      .string()
      .max(1_000)
      .nullable()
      .optional()
      .meta({ description: 'What may be shown of its beginning; 16 characters at most.', example: 'sk_live_4eC' }),
    last_four: z.string().max(1_000).nullable().optional(),
    environment: z.string().max(1_000).optional(),
    scopes: z.array(z.string().max(1_000)).max(1_000).optional(),
    role_ids: z.array(wire.idOf('rol')).max(100).optional(),
    owner: z.string().max(1_000).nullable().optional(),
    tags: z.array(z.string().max(1_000)).max(1_000).optional(),
    limits: z.array(z.record(z.string(), z.unknown())).max(100).optional().meta({ description: 'As a key has them.' }),
    plan_id: z.string().max(1_000).nullable().optional(),
    metadata: z.record(z.string(), z.unknown()).optional(),
    not_before: z.string().max(1_000).nullable().optional(),
    expires_at: z.string().max(1_000).nullable().optional(),
    disabled: z.boolean().optional(),
  })
  .meta({ id: 'KeyImportItem', description: 'Members that are left out are those of the import.' })

const ENCODINGS = ['hex', 'base64', 'base64url'] as const satisfies readonly HashEncoding[]

export const importBody = z.strictObject({
  app_id: wire.idOf('app'),
  api_ids: wire.unique(wire.idOf('api'), 20).min(1),
  algorithm: z.enum(['sha256', 'sha512']),
  encoding: z.enum(ENCODINGS),
  ...defaults,
  keys: z.array(item).min(1).max(MOST_IMPORTED),
})

export const importAnswer = z
  .object({
    created: z.int(),
    duplicates: z.int(),
    invalid: z.int(),
    position: z.int().meta({ description: 'In the change feed; 0: nothing was made.' }),
    results: z
      .array(
        z.object({
          outcome: z.enum(['created', 'duplicate', 'invalid']),
          key_id: wire
            .idOf('key')
            .optional()
            .meta({ description: 'Made now, or before; left out for a hash that another workspace imported.' }),
          detail: z.string().optional().meta({ description: 'Why it is invalid.' }),
        }),
      )
      .meta({ description: 'One for each item, in their order.' }),
  })
  .meta({ id: 'KeyImport' })

export function importOfBody(body: z.output<typeof importBody>): KeyImport {
  return {
    appId: body.app_id,
    apiIds: body.api_ids,
    algorithm: body.algorithm,
    encoding: body.encoding,
    planId: body.plan_id,
    items: body.keys.map((each) => readItem(each, body)),
  }
}

function readItem(given: z.output<typeof item>, all: z.output<typeof importBody>): ImportItem {
  const read = itemRules.safeParse(given)
  if (!read.success) {
    const [issue] = read.error.issues
    const where = issue?.path.join('.') ?? ''
    return { kind: 'invalid', detail: `${where}: ${issue?.message ?? 'is not right'}` }
  }
  const { name, hash, start, disabled, last_four: lastFour, not_before: notBefore, ...own } = read.data
  const key: ImportedKey = {
    hash,
    name,
    start,
    lastFour,
    notBefore,
    disabled,
    environment: own.environment ?? all.environment,
    scopes: own.scopes ?? all.scopes,
    roleIds: own.role_ids ?? all.role_ids,
    owner: own.owner === undefined ? all.owner : own.owner,
    tags: own.tags ?? all.tags,
    limits: own.limits ?? all.limits,
    planId: own.plan_id === undefined ? all.plan_id : own.plan_id,
    metadata: own.metadata ?? all.metadata,
    expiresAt: own.expires_at === undefined ? all.expires_at : own.expires_at,
  }
  return { kind: 'key', key }
}

export function importToWire(outcomes: readonly ImportOutcome[], position: number): z.input<typeof importAnswer> {
  const count = (outcome: ImportOutcome['outcome']): number =>
    outcomes.filter((each) => each.outcome === outcome).length
  return {
    created: count('created'),
    duplicates: count('duplicate'),
    invalid: count('invalid'),
    position,
    results: outcomes.map((each) => {
      if (each.outcome === 'invalid') return { outcome: each.outcome, detail: each.detail }
      return { outcome: each.outcome, ...(each.keyId !== undefined && { key_id: each.keyId }) }
    }),
  }
}
