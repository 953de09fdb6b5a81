/**
 * Reads the journal, newest first. Blocks overlap in time: several nodes write at once, and long calls are written when
 * they end. So blocks are opened from the one whose last decision is newest, and a decision is given out only when no
 * unopened block can hold a newer one.
 */
import type { DecisionRecord } from '@claviger/gateway'
import type { Db } from '#store'
import { unpackBlock } from './block.ts'
import { decodeCursor, encodeCursor } from './cursor.ts'
import { decodeDecision } from './decision-line.ts'
import type { AuditQuery, Page } from './list-entries.ts'
import { selectBlocks, type BlockRow } from './rows-journal.ts'

/** At most so many are opened for one page; a rare find may take several pages, some of them empty. */
const MOST_BLOCKS = 200
const BLOCKS_AT_ONCE = 20

export interface DecisionQuery extends AuditQuery {
  readonly workspaceId: string
}

/** A place in the order: time, then block, then line, all descending. */
interface Spot {
  readonly atMs: number
  readonly blockId: number
  readonly index: number
}

interface Found extends Spot {
  readonly record: DecisionRecord
}

/**
 * `actorId` is the app, `resourceId` the route or model, `operation` the door. A page may hold fewer than `limit`, even
 * none, and yet have a next one.
 *
 * @throws ClavigerError `validation_failed` for a cursor that is none of ours
 */
export async function listDecisions(db: Db, query: DecisionQuery): Promise<Page<DecisionRecord>> {
  const after = readCursor(query.cursor)
  const matches = matcher(query, after)
  const startMs = after?.atMs ?? Number.POSITIVE_INFINITY
  const page: Found[] = []
  let waiting: Found[] = []
  let last: BlockRow | undefined
  // Blocks around the cursor may all overlap (they are a minute wide at most): each page gets beyond it, however many.
  for (
    let opened = 0, unopenedToMs = Number.POSITIVE_INFINITY;
    opened < MOST_BLOCKS || unopenedToMs >= startMs;
    opened += BLOCKS_AT_ONCE
  ) {
    const blocks = await selectBlocks(db, {
      ...blockFilter(query, after),
      after: last && { toAt: last.to_at, id: last.id },
      limit: BLOCKS_AT_ONCE,
    })
    for (const block of blocks) waiting.push(...(await searchBlock(block, query, matches)))
    last = blocks.at(-1) ?? last
    const isEnd = blocks.length < BLOCKS_AT_ONCE
    unopenedToMs = isEnd || last === undefined ? Number.NEGATIVE_INFINITY : last.to_at.getTime()
    waiting.sort(newestFirst)
    const ready = waiting.filter((found) => found.atMs > unopenedToMs)
    waiting = waiting.slice(ready.length)
    page.push(...ready)
    if (page.length > query.limit) return cut(page, query.limit)
    if (isEnd) return { items: page.map(({ record }) => record), nextCursor: undefined }
  }
  // Everything newer than the last opened block has been given out.
  const atMs = last?.to_at.getTime() ?? 0
  return {
    items: page.map(({ record }) => record),
    nextCursor: cursorOf({ atMs, blockId: Number.MAX_SAFE_INTEGER, index: 0 }),
  }
}

function cut(page: readonly Found[], limit: number): Page<DecisionRecord> {
  const items = page.slice(0, limit)
  const end = items.at(-1)
  return { items: items.map(({ record }) => record), nextCursor: end && cursorOf(end) }
}

function blockFilter(query: DecisionQuery, after: Spot | undefined) {
  const { workspaceId, keyId, from } = query
  // Instants have whole ms: before the ms behind the cursor's.
  const behind = after === undefined ? undefined : new Date(after.atMs + 1)
  const to = query.to === undefined || (behind !== undefined && behind < query.to) ? behind : query.to
  return { workspaceId, keyId, from, to }
}

async function searchBlock(
  block: BlockRow,
  query: DecisionQuery,
  matches: (found: Found) => boolean,
): Promise<readonly Found[]> {
  const { keyId, actorId, resourceId } = query
  const wanted = [keyId, actorId, resourceId].flatMap((id) => (id === undefined ? [] : [JSON.stringify(id)]))
  const lines = await unpackBlock(block.block)
  return lines.flatMap((line, index) => {
    // Most lines fall out before they are parsed.
    if (!wanted.every((text) => line.includes(text))) return []
    const record = decodeDecision(line)
    const found = { atMs: record.atMs, blockId: block.id, index, record }
    return matches(found) ? [found] : []
  })
}

function matcher(query: DecisionQuery, after: Spot | undefined): (found: Found) => boolean {
  const { keyId, actorId, resourceId, operation, requestId } = query
  const fromMs = query.from?.getTime() ?? Number.NEGATIVE_INFINITY
  const toMs = query.to?.getTime() ?? Number.POSITIVE_INFINITY
  return (found) => {
    const { record } = found
    return (
      record.atMs >= fromMs &&
      record.atMs < toMs &&
      (keyId === undefined || record.keyId === keyId) &&
      (actorId === undefined || record.appId === actorId) &&
      (resourceId === undefined || record.targetId === resourceId) &&
      (operation === undefined || record.door === operation) &&
      (requestId === undefined || record.requestId === requestId) &&
      (after === undefined || newestFirst(after, found) < 0)
    )
  }
}

/** Below 0 when `a` comes first. */
function newestFirst(a: Spot, b: Spot): number {
  return b.atMs - a.atMs || b.blockId - a.blockId || b.index - a.index
}

function cursorOf({ atMs, blockId, index }: Spot): string {
  return encodeCursor([atMs, blockId, index])
}

function readCursor(cursor: string | undefined): Spot | undefined {
  if (cursor === undefined) return undefined
  const [atMs, blockId, index] = decodeCursor(cursor, ['number', 'number', 'number'])
  return { atMs: Number(atMs), blockId: Number(blockId), index: Number(index) }
}
