/** What came in, through the schemas of the operation: from here on everything has its type. */
import { ClavigerError, type FieldProblem } from '@claviger/core'
import type { z } from 'zod'
import type { BoundOperation, PageInput } from '#edge'
import { readCursor, type Sign } from './cursor.ts'
import { escapePointer, isText } from './strict-json.ts'

const MOST_ERRORS = 50
export const DEFAULT_PAGE = 50
export const LARGEST_PAGE = 100

/** @throws ClavigerError `not_found`: what does not fit can be nobody's id */
export function parseParams(operation: BoundOperation, given: Readonly<Record<string, string>>): unknown {
  if (operation.params === undefined) return {}
  const parsed = operation.params.safeParse(given)
  if (!parsed.success) throw new ClavigerError('not_found', 'There is nothing under this id.')
  return parsed.data
}

/** @throws ClavigerError `validation_failed` with pointers below `#/query` */
export function parseQuery(
  operation: BoundOperation,
  given: URLSearchParams,
): { readonly query: unknown; readonly paging: Paging } {
  const values = new Map<string, string>()
  const errors: FieldProblem[] = []
  for (const [name, value] of given) {
    if (values.has(name)) errors.push({ pointer: queryPointer(name), detail: 'This stands in the query twice.' })
    if (isText(value)) values.set(name, value)
    else errors.push({ pointer: queryPointer(name), detail: 'This holds a NUL.' })
  }
  const paging = operation.sort === undefined ? NO_PAGING : takePaging(values, sortsOf(operation), errors)
  const known = operation.query?.shape ?? {}
  for (const name of values.keys()) {
    if (Object.hasOwn(known, name)) continue
    errors.push({ pointer: queryPointer(name), detail: 'This operation knows no such parameter.' })
    values.delete(name)
  }
  const parsed = operation.query?.safeParse(Object.fromEntries(values))
  if (parsed?.success === false) errors.push(...problemsOf(parsed.error, '#/query'))
  if (errors.length > 0)
    throw new ClavigerError('validation_failed', 'The query is not right.', { errors: errors.slice(0, MOST_ERRORS) })
  return { query: parsed?.data ?? {}, paging }
}

/** @throws ClavigerError `validation_failed` with pointers into the body */
export function parseBody(operation: BoundOperation, value: unknown): unknown {
  if (operation.body === undefined) return undefined
  const parsed = operation.body.safeParse(value)
  if (parsed.success) return parsed.data
  if (value === undefined)
    throw new ClavigerError('validation_failed', 'This operation needs a body.', {
      errors: [{ pointer: '', detail: 'missing' }],
    })
  throw new ClavigerError('validation_failed', 'The body is not right.', {
    errors: problemsOf(parsed.error, '').slice(0, MOST_ERRORS),
  })
}

export interface Paging {
  readonly limit: number
  readonly order: PageInput['order']
  readonly cursor: string | undefined
}

const NO_PAGING: Paging = { limit: 0, order: 'descending', cursor: undefined }

/** What a cursor of this list, with these filters in this order, is signed for. */
export function listName(operation: BoundOperation, filters: Readonly<Record<string, string>>, paging: Paging): string {
  const sorted = Object.entries(filters).toSorted(([one], [other]) => (one < other ? -1 : 1))
  return JSON.stringify([operation.operationId, sorted, paging.order])
}

/** @throws ClavigerError `validation_failed` for a cursor of another list */
export function pageInput(paging: Paging, list: string, sign: Sign): PageInput {
  const after = paging.cursor === undefined ? undefined : readCursor(paging.cursor, list, sign)
  return { limit: paging.limit, order: paging.order, after }
}

/** What `?sort=` may say; the default first. */
export function sortsOf(operation: Pick<BoundOperation, 'sort' | 'oneOrder'>): readonly string[] {
  const { sort } = operation
  if (sort === undefined) return []
  if (operation.oneOrder) return [sort]
  return sort.startsWith('-') ? [sort, sort.slice(1)] : [sort, `-${sort}`]
}

/** Takes `limit`, `cursor` and `sort` out of the query. */
function takePaging(values: Map<string, string>, sorts: readonly string[], errors: FieldProblem[]): Paging {
  const [limitText, cursor, sort] = [values.get('limit'), values.get('cursor'), values.get('sort')]
  for (const name of ['limit', 'cursor', 'sort']) values.delete(name)
  const limit = limitText === undefined ? DEFAULT_PAGE : Number(limitText)
  if (limitText !== undefined && (!/^\d{1,3}$/.test(limitText) || limit < 1 || limit > LARGEST_PAGE)) {
    errors.push({ pointer: queryPointer('limit'), detail: `must be a whole number from 1 to ${LARGEST_PAGE}` })
  }
  const wanted = sort ?? sorts[0] ?? ''
  if (!sorts.includes(wanted)) errors.push({ pointer: queryPointer('sort'), detail: `must be ${sorts.join(' or ')}` })
  return { limit, order: wanted.startsWith('-') ? 'descending' : 'ascending', cursor }
}

function queryPointer(name: string): string {
  return `#/query/${escapePointer(name.slice(0, 100))}`
}

/** Zod's issues as JSON pointers. Its messages name types and bounds, never what was given. */
function problemsOf(error: z.ZodError, root: string): readonly FieldProblem[] {
  return error.issues.flatMap((issue) => {
    const pointer = root + issue.path.map((part) => `/${escapePointer(String(part))}`).join('')
    if (issue.code !== 'unrecognized_keys') return [{ pointer, detail: issue.message }]
    return issue.keys.map((name) => ({
      pointer: `${pointer}/${escapePointer(name.slice(0, 100))}`,
      detail: 'There is no such member.',
    }))
  })
}
