/** The audit log over HTTP: what was changed, and what was decided. */
import type { DecisionRecord } from '@claviger/gateway'
import { z } from 'zod'
import { listDecisions, listEntries, type Entry } from '#audit'
import { defineList, wire, type PageInput, type Place } from '#edge'
import type { HouseRoom } from './room.ts'

const id = z.string().min(1).max(100)

const Entry = z
  .object({
    id: z.int(),
    position: z
      .int()
      .nullable()
      .meta({ description: 'In the log, without gaps; null for the moment until it is assigned.' }),
    at: wire.instant,
    operation: z.string().meta({ example: 'keys.rotate' }),
    outcome: z.enum(['success', 'refused']),
    status: z.int().meta({ description: 'HTTP status as answered.' }),
    duration_ms: z.int(),
    actor: z.object({ type: z.string(), id: z.string().nullable() }),
    key_id: z.string().nullable().meta({ description: 'The admin key that was used.' }),
    client_ip: z.string().nullable(),
    user_agent: z.string().nullable(),
    request_id: z.string().nullable(),
    endpoint: z.string().nullable(),
    resource: z.object({ type: z.string(), id: z.string().nullable() }),
    values: z
      .record(z.string(), z.unknown())
      .meta({ description: 'What was asked for; texts that may be secret are keyed hashes.' }),
    erased: z.array(z.string()).meta({ description: 'Fields that were erased; the log still proves its order.' }),
  })
  .meta({ id: 'AuditEntry' })

const entryFilters = z.strictObject({
  actor_id: id.optional(),
  resource_id: id.optional(),
  operation: z.string().max(100).optional(),
  key_id: id.optional(),
  request_id: id.optional(),
  from: wire.instantInput.optional(),
  to: wire.instantInput.optional(),
})

const Decision = z
  .object({
    at: wire.instant,
    request_id: z.string(),
    door: z.string().meta({ description: 'verify, gw, openai or authz.' }),
    code: z.string().meta({ description: 'valid, or the code that refused.' }),
    rule: z.string().meta({ description: 'The rule that decided.', example: 'key.scopes' }),
    status: z.int().meta({ description: 'HTTP status as answered; 0: not known.' }),
    duration_ms: z.number(),
    app_id: z.string(),
    key_id: z.string(),
    version: z.int(),
    api_id: z.string().nullable(),
    target_id: z.string().nullable().meta({ description: 'Route or model.' }),
    asked_by: z.string().nullable().meta({ description: 'Who asked, at keys/verify.' }),
    method: z.string(),
    path: z.string(),
    client_ip: z.string(),
    user_agent: z.string(),
    shadow: z
      .array(z.object({ code: z.string(), rule: z.string() }))
      .meta({ description: 'What would have been refused if it were enforced.' }),
    tries: z.int().meta({ description: 'How often it was sent to an upstream, where retries are on; else 1.' }),
    count: z.int().meta({
      description:
        'For how many decisions the line stands: more than one only for what embedded verifiers have added up.',
    }),
    usage: z
      .object({
        input_tokens: z.number(),
        output_tokens: z.number(),
        cached_tokens: z.number(),
        bytes_in: z.number(),
        bytes_out: z.number(),
        first_byte_ms: z.number(),
        metered: z.boolean(),
        ended: z.string(),
      })
      .nullable(),
  })
  .meta({ id: 'Decision', description: 'One decision of the data plane, with what came of it.' })

const decisionFilters = z.strictObject({
  app_id: id.optional(),
  key_id: id.optional(),
  target_id: id.optional(),
  door: z.enum(['verify', 'gw', 'openai', 'authz', 'sdk']).optional(),
  request_id: id.optional(),
  from: wire.instantInput.optional(),
  to: wire.instantInput.optional(),
})

export const auditOperations = [
  defineList({
    operationId: 'listAuditEntries',
    path: '/audit',
    tag: 'audit',
    summary: 'List what was changed, newest first.',
    description:
      'Every change stands here, every call of an operator that was refused, and the begin and the end of every failure ' +
      'mode that was used. To operators of the first workspace, what concerns the whole installation is told too. ' +
      '`from` is inclusive, `to` is not.',
    permission: 'audit.read',
    query: entryFilters,
    sort: '-at',
    oneOrder: true,
    item: Entry,
    handler: async (room: HouseRoom, call, { query, page }) => {
      const { items, nextCursor } = await listEntries(room.store.db, {
        workspaceId: call.workspaceId,
        besides: call.operator.isHome ? 'installation' : undefined,
        actorId: query.actor_id,
        resourceId: query.resource_id,
        operation: query.operation,
        keyId: query.key_id,
        requestId: query.request_id,
        from: query.from,
        to: query.to,
        ...inner(page),
      })
      return { items: items.map(entryAnswer), next: outer(nextCursor) }
    },
  }),
  defineList({
    operationId: 'listDecisions',
    path: '/decisions',
    tag: 'audit',
    summary: 'List decisions of the data plane, newest first.',
    description:
      'They come in from the nodes a moment after they were made. A page may hold fewer than `limit`, even none, and yet have a next one.',
    permission: 'audit.read',
    query: decisionFilters,
    sort: '-at',
    oneOrder: true,
    item: Decision,
    handler: async (room: HouseRoom, call, { query, page }) => {
      const { items, nextCursor } = await listDecisions(room.store.db, {
        workspaceId: call.workspaceId,
        actorId: query.app_id,
        keyId: query.key_id,
        resourceId: query.target_id,
        operation: query.door,
        requestId: query.request_id,
        from: query.from,
        to: query.to,
        ...inner(page),
      })
      return { items: items.map(decisionAnswer), next: outer(nextCursor) }
    },
  }),
]

/** The log has cursors of its own; ours carries them, signed. */
function inner(page: PageInput): { readonly limit: number; readonly cursor: string | undefined } {
  return { limit: page.limit, cursor: page.after === undefined ? undefined : String(page.after.value) }
}

function outer(cursor: string | undefined): Place | undefined {
  return cursor === undefined ? undefined : { value: cursor, id: '' }
}

function entryAnswer(entry: Entry): z.input<typeof Entry> {
  return {
    id: entry.id,
    position: entry.position ?? null,
    at: wire.instantText(entry.at),
    operation: entry.operation,
    outcome: entry.outcome,
    status: entry.status,
    duration_ms: entry.durationMs,
    actor: { type: entry.actor.type, id: entry.actor.id ?? null },
    key_id: entry.keyId ?? null,
    client_ip: entry.clientIp ?? null,
    user_agent: entry.userAgent ?? null,
    request_id: entry.requestId ?? null,
    endpoint: entry.endpoint ?? null,
    resource: { type: entry.resource.type, id: entry.resource.id ?? null },
    values: { ...entry.values },
    erased: [...entry.erased],
  }
}

function decisionAnswer(record: DecisionRecord): z.input<typeof Decision> {
  const { usage } = record
  return {
    at: wire.instantText(new Date(record.atMs)),
    request_id: record.requestId,
    door: record.door,
    code: record.code,
    rule: record.rule,
    status: record.status,
    duration_ms: record.durationMs,
    app_id: record.appId,
    key_id: record.keyId,
    version: record.versionNumber,
    api_id: record.apiId ?? null,
    target_id: record.targetId ?? null,
    asked_by: record.askedBy ?? null,
    method: record.method,
    path: record.path,
    client_ip: record.clientIp,
    user_agent: record.userAgent,
    shadow: (record.shadow ?? []).map(({ code, rule }) => ({ code, rule })),
    tries: record.tries ?? 1,
    count: usage?.requests ?? 1,
    usage:
      usage === undefined
        ? null
        : {
            input_tokens: usage.inputTokens,
            output_tokens: usage.outputTokens,
            cached_tokens: usage.cachedTokens,
            bytes_in: usage.bytesIn,
            bytes_out: usage.bytesOut,
            first_byte_ms: usage.firstByteMs,
            metered: usage.metered,
            ended: usage.ended,
          },
  }
}
