/** The audit log over HTTP: what was changed, and what was decided. */
import { z } from 'zod'
import { listEntries, type Entry } from '#audit'
import { defineList, wire, type PageInput } from '#edge'
import type { HouseRoom } from './room.ts'

const id = z.string().min(1).max(100)

const Entry = z
  .object({
    id: z.int(),
    position: z.int().nullable().meta({ description: 'In the log, without gaps; null for the moment until it is assigned.' }),
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
    values: z.record(z.string(), z.unknown()).meta({ description: 'What was asked for; texts that may be secret are keyed hashes.' }),
    erased: z.array(z.string()).meta({ description: 'Fields that were erased; the log still proves its order.' }),
  })
  .meta({ id: 'AuditEntry' })

const entryFilters = z.strictObject({
  actor_id: id.optional(),
  resource_id: id.optional(),
  operation: z.string().max(100).optional(),
  key_id: id.optional(),
  from: wire.instantInput.optional(),
  to: wire.instantInput.optional(),
})

export const auditOperations = [
  defineList({
    operationId: 'listAuditEntries',
    path: '/audit',
    tag: 'audit',
    summary: 'List what was changed, newest first.',
    description: 'Every change stands here, and every call of an operator that was refused. `from` is inclusive, `to` is not.',
    permission: 'audit.read',
    query: entryFilters,
    sort: '-at',
    oneOrder: true,
    item: Entry,
    handler: async (room: HouseRoom, call, { query, page }) => {
      const { items, nextCursor } = await listEntries(room.store.db, {
        workspaceId: call.workspaceId,
        actorId: query.actor_id,
        resourceId: query.resource_id,
        operation: query.operation,
        keyId: query.key_id,
        from: query.from,
        to: query.to,
        ...inner(page),
      })
      return { items: items.map(answer), next: nextCursor === undefined ? undefined : { value: nextCursor, id: '' } }
    },
  }),
]

/** The log has cursors of its own; ours carries them, signed. */
function inner(page: PageInput): { readonly limit: number; readonly cursor: string | undefined } {
  return { limit: page.limit, cursor: page.after === undefined ? undefined : String(page.after.value) }
}

function answer(entry: Entry): z.input<typeof Entry> {
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
