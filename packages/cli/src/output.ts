/** How answers are shown: JSON for programs, short lines and tables for people. */
import type { CommandContext } from './context.ts'

export interface OutputOptions {
  readonly json?: boolean
}

/** One thing: its members, a line each. */
export function showOne(context: CommandContext, options: OutputOptions, value: object): void {
  if (options.json === true) return writeJson(context, value)
  const entries = Object.entries(value).filter(([, member]) => member !== null && member !== undefined)
  const width = Math.max(0, ...entries.map(([name]) => name.length))
  for (const [name, member] of entries) context.stdout.write(`${name.padEnd(width)}  ${cell(member)}\n`)
}

/** Many things of one kind: a table of some of their members. */
export function showMany(
  context: CommandContext,
  options: OutputOptions,
  values: readonly object[],
  columns: readonly string[],
): void {
  if (options.json === true) return writeJson(context, values)
  if (values.length === 0) return context.stdout.write('Nothing there.\n')
  const rows = values.map((value) => columns.map((column) => cell(new Map(Object.entries(value)).get(column))))
  const widths = columns.map((column, index) => Math.max(column.length, ...rows.map((row) => row[index]?.length ?? 0)))
  const line = (cells: readonly string[]): string =>
    cells
      .map((text, index) => text.padEnd(widths[index] ?? 0))
      .join('  ')
      .trimEnd()
  context.stdout.write(`${line(columns.map((column) => column.toUpperCase()))}\n`)
  for (const row of rows) context.stdout.write(`${line(row)}\n`)
}

export function writeJson(context: CommandContext, value: unknown): void {
  context.stdout.write(`${JSON.stringify(value, null, 2)}\n`)
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return '-'
  if (Array.isArray(value))
    return value.every((item) => typeof item !== 'object') ? value.join(',') : `${value.length} items`
  if (typeof value === 'object') return JSON.stringify(value)
  return String(value)
}
