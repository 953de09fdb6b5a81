/** What was used, over HTTP. */
import { ClavigerError } from '@claviger/core'
import { z } from 'zod'
import { defineOperation, wire } from '#edge'
import { readUsage, type UsageGroup, type UsageRow } from '#usage'
import type { HouseRoom } from './room.ts'

const HOUR_MS = 3_600_000
const LONGEST_MS = 400 * 24 * HOUR_MS
const MOST_ROWS = 1_000
const GROUPS = ['hour', 'day', 'app', 'key', 'target'] as const satisfies readonly UsageGroup[]

const id = z.string().min(1).max(100)
const groups = z
  .string()
  .default('day')
  .transform((text, context) => {
    const chosen = text === '' ? [] : text.split(',')
    const known = chosen.flatMap((name) => GROUPS.filter((group) => group === name))
    const isGood = known.length === chosen.length && new Set(known).size === known.length
    if (isGood && !(known.includes('hour') && known.includes('day'))) return known
    context.addIssue({
      code: 'custom',
      message: `must be some of ${GROUPS.join(', ')}, each once, not hour and day together`,
    })
    return z.NEVER
  })
  .meta({ description: `Some of ${GROUPS.join(', ')}, with commas; empty: one sum.`, example: 'day,app' })

const Usage = z
  .object({
    from: wire.instant,
    to: wire.instant,
    truncated: z
      .boolean()
      .meta({ description: `There were more than ${MOST_ROWS} rows: ask for less time or fewer groups.` }),
    data: z.array(
      z.object({
        from: wire.instant
          .nullable()
          .meta({ description: 'Start of the hour or day (UTC); null when not grouped by time.' }),
        app_id: z.string().nullable(),
        key_id: z.string().nullable(),
        target_id: z.string().nullable().meta({ description: 'Route or model.' }),
        requests: z.int(),
        refused: z.int().meta({ description: 'By Claviger.' }),
        failed: z.int().meta({ description: 'Let through, and answered with 5xx or cut by the upstream.' }),
        input_tokens: z.int(),
        output_tokens: z.int(),
        cached_tokens: z.int().meta({ description: 'Of the input tokens.' }),
        unmetered: z.int().meta({ description: 'Answers that should have told their tokens and did not.' }),
        bytes_in: z.int(),
        bytes_out: z.int(),
        duration_ms: z.number().meta({ description: 'Of all requests together.' }),
      }),
    ),
  })
  .meta({ id: 'Usage' })

export const usageOperations = [
  defineOperation({
    operationId: 'getUsage',
    method: 'get',
    path: '/usage',
    tag: 'usage',
    summary: 'Show what was used, in sums.',
    description:
      'Counted in whole hours: `from` falls into the first one, `to` is where the last one ends. Default: the last 24 hours. Nodes report a moment after a call has ended.',
    permission: 'usage.read',
    query: z.strictObject({
      from: wire.instantInput.optional(),
      to: wire.instantInput.optional(),
      group_by: groups,
      app_id: id.optional(),
      key_id: id.optional(),
      target_id: id.optional(),
    }),
    status: 200,
    answer: Usage,
    handler: async (room: HouseRoom, call, { query }) => {
      const toMs = query.to?.getTime() ?? Math.ceil((room.nowMs() + 1) / HOUR_MS) * HOUR_MS
      const fromMs = query.from?.getTime() ?? toMs - 24 * HOUR_MS
      if (fromMs >= toMs || toMs - fromMs > LONGEST_MS) {
        const detail = 'must lie before to, by 400 days at most'
        throw new ClavigerError('validation_failed', 'This span of time cannot be read.', {
          errors: [{ pointer: '#/query/from', detail }],
        })
      }
      const rows = await readUsage(room.store.db, {
        workspaceId: call.workspaceId,
        fromMs,
        toMs,
        groupBy: query.group_by,
        limit: MOST_ROWS + 1,
        ...(query.app_id !== undefined && { appId: query.app_id }),
        ...(query.key_id !== undefined && { keyId: query.key_id }),
        ...(query.target_id !== undefined && { targetId: query.target_id }),
      })
      return {
        from: wire.instantText(new Date(fromMs)),
        to: wire.instantText(new Date(toMs)),
        truncated: rows.length > MOST_ROWS,
        data: rows.slice(0, MOST_ROWS).map(answer),
      }
    },
  }),
]

function answer(row: UsageRow): z.input<typeof Usage>['data'][number] {
  return {
    from: row.fromMs === undefined ? null : wire.instantText(new Date(row.fromMs)),
    app_id: row.appId ?? null,
    key_id: row.keyId ?? null,
    target_id: row.targetId ?? null,
    requests: row.requests,
    refused: row.refused,
    failed: row.failed,
    input_tokens: row.inputTokens,
    output_tokens: row.outputTokens,
    cached_tokens: row.cachedTokens,
    unmetered: row.unmetered,
    bytes_in: row.bytesIn,
    bytes_out: row.bytesOut,
    duration_ms: row.durationMs,
  }
}
