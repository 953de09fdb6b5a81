/** The feed's SQL. */
import type { Row, Store } from '#store'
import type { Change, SubjectType } from './change.ts'

/** One look at the log, from one snapshot of the database. */
export interface Look {
  readonly logId: string
  readonly head: number
  /** In order, at most `LOOK_LIMIT`. */
  readonly changes: readonly Change[]
}

export const LOOK_LIMIT = 1_000

const LOOK = `
  select head.log_id, head.position as head, change.*
    from feed_head head
    left join lateral (
      select position, at, workspace_id, kind, subject_type, subject_id, detail
        from feed_change where position > $1 order by position limit ${LOOK_LIMIT}
    ) change on true
   order by change.position`

/** Reads what stands after `position`. */
export async function look(store: Pick<Store, 'raw'>, position: number): Promise<Look> {
  const rows = await store.raw(LOOK, [position])
  const [first] = rows
  if (first === undefined) throw new Error('the feed has no head')
  return {
    logId: String(first['log_id']),
    head: Number(first['head']),
    changes: first['position'] === null ? [] : rows.map(changeFromRow),
  }
}

/** The columns are ours and checked by the table. */
function changeFromRow(row: Row): Change {
  return {
    position: Number(row['position']),
    atMs: row['at'] instanceof Date ? row['at'].getTime() : 0,
    workspaceId: String(row['workspace_id']),
    kind: row['kind'] === 'revocation' ? 'revocation' : 'edit',
    subjectType: row['subject_type'] as SubjectType,
    subjectId: String(row['subject_id']),
    detail: row['detail'] as Readonly<Record<string, unknown>>,
  }
}
