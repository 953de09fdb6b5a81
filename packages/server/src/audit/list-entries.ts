/** Reads the log, newest first. */
import type { Db } from '#store'
import { decodeCursor, encodeCursor } from './cursor.ts'
import type { Entry } from './entry.ts'
import { selectEntries, type EntryRow } from './rows.ts'

/** All filters must hold. Shared by entries and decisions. */
export interface AuditQuery {
  /** Undefined: what concerns the whole installation. */
  readonly workspaceId: string | undefined
  /** Who: an admin key or operator in entries, an app in decisions. */
  readonly actorId?: string | undefined
  readonly resourceId?: string | undefined
  /** `keys.rotate` in entries; the door (`gw`, `openai`, `verify`, `authz`) in decisions. */
  readonly operation?: string | undefined
  readonly keyId?: string | undefined
  readonly requestId?: string | undefined
  /** At or after. */
  readonly from?: Date | undefined
  /** Before. */
  readonly to?: Date | undefined
  /** `nextCursor` of the page before. */
  readonly cursor?: string | undefined
  /** 1 to 200. */
  readonly limit: number
}

export interface Page<Item> {
  readonly items: readonly Item[]
  /** Undefined: this was the last page. */
  readonly nextCursor: string | undefined
}

export interface EntryQuery extends AuditQuery {
  /** What concerns the whole installation too, for those who run it. */
  readonly besides?: 'installation' | undefined
}

/** @throws ClavigerError `validation_failed` for a cursor that is none of ours */
export async function listEntries(db: Db, query: EntryQuery): Promise<Page<Entry>> {
  const filter = { ...query, before: readCursor(query.cursor), limit: query.limit + 1 }
  const own = await selectEntries(db, filter)
  // two walks over one index each, rather than one that finds no index for both
  const others = query.besides === undefined ? [] : await selectEntries(db, { ...filter, workspaceId: undefined })
  const rows = [...own, ...others].toSorted((one, other) => other.at.getTime() - one.at.getTime() || other.id - one.id)
  const page = rows.slice(0, query.limit)
  const last = page.at(-1)
  const more = rows.length > page.length && last !== undefined
  return { items: page.map(entryFromRow), nextCursor: more ? encodeCursor([last.at.getTime(), last.id]) : undefined }
}

function readCursor(cursor: string | undefined): { readonly at: Date; readonly id: number } | undefined {
  if (cursor === undefined) return undefined
  const [atMs, id] = decodeCursor(cursor, ['number', 'number'])
  return { at: new Date(Number(atMs)), id: Number(id) }
}

function entryFromRow(row: EntryRow): Entry {
  const erased = Object.keys(textByName(row.erased))
  const kept = (name: string, value: string): string | undefined => (erased.includes(name) ? undefined : value)
  return {
    id: row.id,
    position: row.position ?? undefined,
    at: row.at,
    workspaceId: row.workspace_id ?? undefined,
    actor: { type: row.actor_type, id: kept('actor_id', row.actor_id) },
    keyId: row.key_id ?? undefined,
    clientIp: row.client_ip ?? undefined,
    userAgent: row.user_agent ?? undefined,
    requestId: row.request_id ?? undefined,
    endpoint: row.endpoint ?? undefined,
    operation: row.operation,
    outcome: row.outcome === 'success' ? 'success' : 'refused',
    status: row.status,
    durationMs: row.duration_ms,
    resource: { type: row.resource_type, id: kept('resource_id', row.resource_id) },
    values: objectOf(row.facts),
    erased,
  }
}

/** A `jsonb` object as it was written by this room. */
export function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : {}
}

export function textByName(value: unknown): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(objectOf(value)).flatMap(([name, text]) => (typeof text === 'string' ? [[name, text]] : [])),
  )
}
