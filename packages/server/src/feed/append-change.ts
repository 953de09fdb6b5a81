/** Puts a change into the feed, with the change itself. */
import { sql } from 'kysely'
import type { Tx } from '#store'
import type { NewChange } from './change.ts'

/**
 * Appends to the feed within the transaction that makes the change, and rings the bell when it commits.
 *
 * Holds the feed's head until the transaction ends, so that no other change can commit in between: call it last, after
 * the rows and the audit entry are written.
 *
 * @returns the position of the change; `Feed.reached` tells when this process has taken it in
 */
export async function appendChange(tx: Tx, change: NewChange): Promise<number> {
  const { workspaceId, kind, subjectType, subjectId, detail } = change
  const { rows } = await sql<{ position: number }>`
    select feed_append(${workspaceId}, ${kind}, ${subjectType}, ${subjectId}, ${JSON.stringify(detail)}::jsonb) as position`.execute(
    tx,
  )
  const [row] = rows
  if (row === undefined) throw new Error('feed_append answered nothing')
  return row.position
}
