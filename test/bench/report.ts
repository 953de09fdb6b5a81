/** What a section hands over, and how it is printed. */
import { median, rounded } from './numbers.ts'

/** Figures of one contender, by name; each the list of what the rounds gave. */
export type Rounds = Readonly<Record<string, readonly number[]>>

export interface Target {
  readonly what: string
  readonly value: number
  readonly limit: string
  readonly isMet: boolean
}

export interface SectionResult {
  readonly title: string
  /** Medians over the rounds: contender, figure, value. */
  readonly medians: Readonly<Record<string, Readonly<Record<string, number>>>>
  /** Medians of the ratio of each round. */
  readonly ratios: Readonly<Record<string, number>>
  readonly targets: readonly Target[]
  /** Every round, so that the spread can be seen. */
  readonly rounds: Readonly<Record<string, Rounds>>
}

/** Keeps what each round gives, contender by contender. */
export class Tally {
  readonly #rounds = new Map<string, Map<string, number[]>>()

  add(contender: string, figures: object): void {
    const kept = this.#rounds.get(contender) ?? new Map<string, number[]>()
    this.#rounds.set(contender, kept)
    for (const [name, value] of Object.entries(figures)) {
      if (typeof value !== 'number') continue
      kept.set(name, [...(kept.get(name) ?? []), rounded(value)])
    }
  }

  median(contender: string, figure: string): number {
    return rounded(median(this.#list(contender, figure)))
  }

  /** The median of the ratios of each round: what both did in the same minute. */
  ratio(figure: string, above: string, below: string): number {
    const lower = this.#list(below, figure)
    return rounded(median(this.#list(above, figure).map((value, round) => value / (lower[round] ?? Number.NaN))))
  }

  rounds(): Record<string, Rounds> {
    return Object.fromEntries([...this.#rounds].map(([contender, figures]) => [contender, Object.fromEntries(figures)]))
  }

  medians(): Record<string, Record<string, number>> {
    const all = [...this.#rounds].map(
      ([contender, figures]) =>
        [contender, Object.fromEntries([...figures].map(([name, list]) => [name, rounded(median(list))]))] as const,
    )
    return Object.fromEntries(all)
  }

  #list(contender: string, figure: string): readonly number[] {
    return this.#rounds.get(contender)?.get(figure) ?? []
  }
}

export function atMost(what: string, value: number, limit: number): Target {
  return { what, value, limit: `≤ ${limit}`, isMet: value <= limit }
}

export function atLeast(what: string, value: number, limit: number): Target {
  return { what, value, limit: `≥ ${limit}`, isMet: value >= limit }
}

/** A table for people: one line for each contender, one column for each figure that any of them has. */
export function tableOf(section: SectionResult): string {
  const contenders = Object.entries(section.medians)
  const figures = [...new Set(contenders.flatMap(([, medians]) => Object.keys(medians)))]
  const rows = [
    ['', ...figures],
    ...contenders.map(([name, medians]) => [name, ...figures.map((figure) => written(medians[figure]))]),
  ]
  const lines = aligned(rows)
  const ratios = Object.entries(section.ratios).map(([what, value]) => `  ${what}: ${value}`)
  const targets = section.targets.map(
    (target) => `  ${target.isMet ? 'met   ' : 'MISSED'} ${target.what}: ${target.value} (${target.limit})`,
  )
  return [`\n${section.title}`, ...lines, ...ratios, ...targets].join('\n')
}

function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows.map(
    (row) =>
      `  ${row.map((text, column) => (column === 0 ? text.padEnd(widths[column] ?? 0) : text.padStart(widths[column] ?? 0))).join('  ')}`,
  )
}

function written(value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return '-'
  return Math.abs(value) >= 1_000 ? String(Math.round(value)) : String(value)
}
