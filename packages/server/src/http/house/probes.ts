/** What was refused before it was known who asked: counted by second, address prefix and reason, never one by one. */
import { z } from 'zod'
import { listProbes } from '#audit'
import { defineOperation, wire } from '#edge'
import type { HouseRoom } from './room.ts'

const MOST_ROWS = 1_000

const Probes = z
  .object({
    truncated: z.boolean().meta({ description: 'There were more rows: ask for less time, or for more rows.' }),
    data: z.array(
      z.object({
        at: wire.instant.meta({ description: 'Of the second in which they came.' }),
        ip_prefix: z.string().meta({ example: '192.0.2.1/32' }),
        reason: z.string().meta({ example: 'checksum' }),
        count: z.int(),
      }),
    ),
  })
  .meta({ id: 'Probes' })

const rows = z
  .string()
  .regex(/^[1-9]\d{0,3}$/, 'must be a whole number from 1 to 1000')
  .transform(Number)
  .refine((count) => count <= MOST_ROWS, 'must be a whole number from 1 to 1000')
  .default(100)

export const probeOperations = [
  defineOperation({
    operationId: 'listProbes',
    method: 'get',
    path: '/probes',
    tag: 'audit',
    summary: 'Show what was refused before it was known who asked, newest first.',
    description: 'They belong to no workspace. `from` is inclusive, `to` is not.',
    permission: 'probes.read',
    query: z.strictObject({
      ip_prefix: z.string().max(64).optional(),
      reason: z.string().max(64).optional(),
      from: wire.instantInput.optional(),
      to: wire.instantInput.optional(),
      rows,
    }),
    status: 200,
    answer: Probes,
    handler: async (room: HouseRoom, _call, { query }) => {
      const found = await listProbes(room.store.db, {
        ipPrefix: query.ip_prefix,
        reason: query.reason,
        from: query.from,
        to: query.to,
        limit: query.rows + 1,
      })
      return {
        truncated: found.length > query.rows,
        data: found.slice(0, query.rows).map((probe) => ({
          at: wire.instantText(new Date(probe.atMs)),
          ip_prefix: probe.ipPrefix,
          reason: probe.reason,
          count: probe.count,
        })),
      }
    },
  }),
]
