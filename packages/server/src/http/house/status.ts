/** How the server is doing, and which processes there are. */
import { z } from 'zod'
import { defineList, defineOperation, pageOf, wire, type PageInput } from '#edge'
import { listNodes, type NodeFacts } from '#feed'
import type { GeoFileState } from '#geo'
import type { HouseRoom } from './room.ts'

const GeoFile = z
  .object({
    source: z
      .enum(['built_in', 'file'])
      .meta({ description: 'built_in: the file that comes with Claviger; file: one of yours.' }),
    database_type: z.string().meta({ description: 'As the maker of the file calls it.', example: 'GeoLite2-Country' }),
    built_at: wire.instant.meta({ description: 'When the maker built the file in use.' }),
    age_seconds: z.int().meta({ description: 'Since then.' }),
    loaded_at: wire.instant,
    problem: z
      .string()
      .nullable()
      .meta({ description: 'Why the file that stands there now cannot be used, while the one before it still is.' }),
  })
  .meta({ id: 'GeoFile' })

const Status = z
  .object({
    state: z.enum(['ready', 'degraded', 'unready']),
    reasons: z.array(z.string()).meta({ description: 'Why it is not simply ready.' }),
    version: z.string(),
    node: z.object({ id: wire.idOf('nod'), name: z.string(), roles: z.array(z.string()), started_at: wire.instant }),
    database: z.object({
      engine: z.enum(['embedded', 'external']),
      available: z.boolean(),
      disk: z.enum(['ok', 'warn', 'full']),
      disk_free_bytes: z.number(),
    }),
    feed: z.object({
      position: z.int(),
      age_ms: z.int().meta({ description: 'How long ago this node last knew that it had read all changes.' }),
    }),
    geo: z.object({
      country: GeoFile,
      asn: GeoFile.nullable().meta({ description: 'null: there is no file, and no key can be restricted by ASN.' }),
    }),
  })
  .meta({ id: 'Status', description: 'How the node that answers is doing.' })

const Node = z
  .object({
    id: wire.idOf('nod'),
    name: z.string(),
    roles: z.array(z.string()),
    version: z.string(),
    state: z.enum(['live', 'away', 'ended']).meta({ description: 'away: not heard of for a while.' }),
    started_at: wire.instant,
    seen_at: wire.instant,
    feed_position: z.int().meta({ description: 'It has taken in all changes up to here.' }),
    drained_sequence: z.int().meta({ description: 'Its decisions are in the database up to here.' }),
  })
  .meta({ id: 'Node', description: 'One process of the installation.' })

export const statusOperations = [
  defineOperation({
    operationId: 'getStatus',
    method: 'get',
    path: '/status',
    tag: 'installation',
    summary: 'Show how the server is doing.',
    permission: 'status.read',
    status: 200,
    answer: Status,
    handler: async (room: HouseRoom) => {
      const { state, reasons } = room.readiness()
      const { node, store, feed } = room
      const disk = store.disk()
      const files = room.geo.state()
      return {
        state,
        reasons: [...reasons],
        version: room.version,
        node: {
          id: node.id,
          name: node.name,
          roles: [...node.roles],
          started_at: wire.instantText(new Date(node.startedAtMs)),
        },
        database: {
          engine: store.engine,
          available: store.available(),
          disk: disk.level,
          disk_free_bytes: disk.freeBytes,
        },
        feed: { position: feed.position, age_ms: Math.round(feed.ageMs()) },
        geo: {
          country: answerFile(files.country, room.nowMs()),
          asn: files.asn === undefined ? null : answerFile(files.asn, room.nowMs()),
        },
      }
    },
  }),
  defineList({
    operationId: 'listNodes',
    path: '/nodes',
    tag: 'installation',
    summary: 'List the processes of the installation.',
    permission: 'nodes.read',
    sort: '-started_at',
    item: Node,
    handler: async (room: HouseRoom, _call, { page }) =>
      pageOf(cut(await listNodes(room.store.db), page), page, {
        place: (node) => ({ value: node.startedAtMs, id: node.id }),
        item: answer,
      }),
  }),
]

/** Nodes are few, so a page of them is cut in memory. */
function cut(nodes: readonly NodeFacts[], page: PageInput): readonly NodeFacts[] {
  const direction = page.order === 'ascending' ? 1 : -1
  const compare = (one: NodeFacts, other: { readonly startedAtMs: number; readonly id: string }): number =>
    direction * (one.startedAtMs - other.startedAtMs || (one.id < other.id ? -1 : Number(one.id > other.id)))
  const sorted = nodes.toSorted(compare)
  const { after } = page
  return after === undefined
    ? sorted
    : sorted.filter((node) => compare(node, { startedAtMs: Number(after.value), id: after.id }) > 0)
}

function answer(node: NodeFacts): z.input<typeof Node> {
  return {
    id: node.id,
    name: node.name,
    roles: [...node.roles],
    version: node.version,
    state: node.state,
    started_at: wire.instantText(new Date(node.startedAtMs)),
    seen_at: wire.instantText(new Date(node.seenAtMs)),
    feed_position: node.position,
    drained_sequence: node.drainedSequence,
  }
}

function answerFile(file: GeoFileState, nowMs: number): z.input<typeof GeoFile> {
  return {
    source: file.isBuiltIn ? 'built_in' : 'file',
    database_type: file.databaseType,
    built_at: wire.instantText(new Date(file.builtAtMs)),
    age_seconds: Math.max(0, Math.floor((nowMs - file.builtAtMs) / 1000)),
    loaded_at: wire.instantText(new Date(file.loadedAtMs)),
    problem: file.problem ?? null,
  }
}
