/** Reads a file of hashes, line by line, as JSON lines or as CSV with a head; never all of it at once. */
import { UsageError } from './context.ts'

export interface ImportLine {
  /** From 1, as an editor counts. */
  readonly number: number
  /** Where in the file the next line begins, in bytes: for the progress. */
  readonly endsAtBytes: number
  /** What is sent, or why the line cannot be. */
  readonly item: object | string
}

export type ImportFormat = 'jsonl' | 'csv'

const LISTS: ReadonlySet<string> = new Set(['tags', 'scopes', 'role_ids', 'limits'])
const FLAGS: ReadonlySet<string> = new Set(['disabled'])
const METADATA = 'metadata.'

/** @throws UsageError when a CSV has no head that names a column `hash` */
export async function* readImport(
  lines: AsyncIterable<string>,
  format: ImportFormat,
): AsyncGenerator<ImportLine, void, undefined> {
  let number = 0
  let endsAtBytes = 0
  let columns: readonly string[] | undefined
  for await (const line of lines) {
    number += 1
    endsAtBytes += Buffer.byteLength(line) + 1
    const text = number === 1 ? line.replace(/^\uFEFF/, '') : line
    if (text.trim() === '') continue
    if (format === 'csv' && columns === undefined) {
      columns = headOf(text)
      continue
    }
    yield { number, endsAtBytes, item: columns === undefined ? fromJson(text) : fromCsv(text, columns) }
  }
}

function fromJson(text: string): object | string {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return 'The line is not JSON.'
  }
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : 'The line is not a JSON object.'
}

function headOf(text: string): readonly string[] {
  const cells = splitCsv(text)
  if (typeof cells === 'string' || !cells.includes('hash')) {
    throw new UsageError('The first line of a CSV names its columns; one of them must be "hash".')
  }
  return cells.map((cell) => cell.trim())
}

/** Empty cells are left out. Tags, scopes and roles are parted by spaces; `metadata.plan` is a member of the metadata. */
function fromCsv(text: string, columns: readonly string[]): object | string {
  const cells = splitCsv(text)
  if (typeof cells === 'string') return cells
  if (cells.length !== columns.length) return `The line has ${cells.length} cells, the head has ${columns.length}.`
  const members = new Map<string, unknown>()
  const metadata = new Map<string, string>()
  for (const [index, column] of columns.entries()) {
    const cell = cells[index] ?? ''
    if (cell === '') continue
    if (column.startsWith(METADATA)) metadata.set(column.slice(METADATA.length), cell)
    else members.set(column, valueOf(column, cell))
  }
  if (metadata.size > 0) members.set('metadata', Object.fromEntries(metadata))
  return Object.fromEntries(members)
}

function valueOf(column: string, cell: string): unknown {
  if (LISTS.has(column)) return cell.split(' ').filter((part) => part !== '')
  return FLAGS.has(column) ? cell === 'true' : cell
}

/** RFC 4180, but for line breaks within quotes. @returns the cells, or why there are none */
export function splitCsv(line: string): readonly string[] | string {
  const text = line.endsWith('\r') ? line.slice(0, -1) : line
  const cells: string[] = []
  let at = 0
  for (;;) {
    if (text[at] === '"') {
      const end = endOfQuotes(text, at + 1)
      if (end === undefined) return 'A quote is not closed on the same line.'
      cells.push(text.slice(at + 1, end).replaceAll('""', '"'))
      at = end + 1
      if (at < text.length && text[at] !== ',') return 'There is text behind a closing quote.'
    } else {
      const comma = text.indexOf(',', at)
      const end = comma === -1 ? text.length : comma
      cells.push(text.slice(at, end))
      at = end
    }
    if (at >= text.length) return cells
    at += 1
  }
}

function endOfQuotes(text: string, from: number): number | undefined {
  for (let at = text.indexOf('"', from); at !== -1; at = text.indexOf('"', at)) {
    if (text[at + 1] !== '"') return at
    at += 2
  }
  return undefined
}
