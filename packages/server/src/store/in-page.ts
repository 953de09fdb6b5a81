/** How a list in the order of creation is cut into pages. */
import { sql, type SelectQueryBuilder } from 'kysely'

/** What of a page the query needs. */
export interface PagePlace {
  readonly order: 'ascending' | 'descending'
  readonly limit: number
  /** The row before the first: when it was created, and its id. */
  readonly after: { readonly value: string | number; readonly id: string } | undefined
}

/**
 * The page of a query over one table with `created_at` and `id`. One row more than the page is read, which tells whether
 * there is another page.
 */
export function inPage<DB, TB extends keyof DB, Row>(
  query: SelectQueryBuilder<DB, TB, Row>,
  { after, order, limit }: PagePlace,
): SelectQueryBuilder<DB, TB, Row> {
  const [direction, beyond] = order === 'ascending' ? (['asc', sql`>`] as const) : (['desc', sql`<`] as const)
  const from =
    after === undefined
      ? query
      : query.where(sql<boolean>`(created_at, id) ${beyond} (${new Date(after.value)}, ${after.id})`)
  return from
    .orderBy(sql`created_at`, direction)
    .orderBy(sql`id`, direction)
    .limit(limit + 1)
}
