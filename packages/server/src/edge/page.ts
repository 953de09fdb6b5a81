/** Pages of a list. Order is total (value, then id), so pages stay stable while rows are added. */

/** The place of the last item of the page before. The cursor on the wire is this, signed and opaque. */
export interface Place {
  /** What is sorted by: an instant in Unix ms, a position, or a text. */
  readonly value: number | string
  readonly id: string
}

export interface PageInput {
  /** Items wanted: 1 to 100. */
  readonly limit: number
  readonly order: 'ascending' | 'descending'
  /** Items strictly after this place in the order; undefined: from the start. */
  readonly after: Place | undefined
}

export interface Page<Item> {
  readonly items: readonly Item[]
  /** Undefined: this was the last page. */
  readonly next: Place | undefined
}

/**
 * Cuts a page out of what was read.
 *
 * @param rows read with `limit + 1`: the extra one tells that there is more
 */
export function pageOf<Row, Item>(
  rows: readonly Row[],
  page: PageInput,
  each: { readonly place: (row: Row) => Place; readonly item: (row: Row) => Item },
): Page<Item> {
  const shown = rows.slice(0, page.limit)
  const last = shown.at(-1)
  const next = rows.length > page.limit && last !== undefined ? each.place(last) : undefined
  return { items: shown.map(each.item), next }
}

/** The place in (created_at, id) order in the types of the database; undefined at the start. */
export function instantPlace(page: PageInput): { readonly createdAt: Date; readonly id: string } | undefined {
  return page.after === undefined ? undefined : { createdAt: new Date(page.after.value), id: page.after.id }
}
