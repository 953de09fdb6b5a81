/** A small register of counters and gauges, written out in the text format that Prometheus reads (version 0.0.4). */

export type Labels = Readonly<Record<string, string>>

export interface Counter {
  add(labels?: Labels, amount?: number): void
}

interface Family {
  readonly kind: 'counter' | 'gauge'
  readonly help: string
  readonly read: () => Iterable<readonly [labels: string, value: number]>
}

/** Labels must come from closed sets: never an id, an address, or what a caller sent. */
export class Metrics {
  readonly #families = new Map<string, Family>()

  /** @param name ends in `_total` */
  counter(name: string, help: string): Counter {
    const values = new Map<string, number>()
    this.#add(name, { kind: 'counter', help, read: () => values })
    return {
      add(labels = {}, amount = 1) {
        const text = labelText(labels)
        values.set(text, (values.get(text) ?? 0) + amount)
      },
    }
  }

  /** A number that something else holds; read when it is asked for. Undefined: no line. */
  gauge(name: string, help: string, read: () => number | undefined): void {
    this.#add(name, { kind: 'gauge', help, read: () => one(read()) })
  }

  /** The same with labels. */
  labelledGauge(name: string, help: string, read: () => Iterable<readonly [labels: Labels, value: number]>): void {
    this.#add(name, {
      kind: 'gauge',
      help,
      read: () => [...read()].map(([labels, value]) => [labelText(labels), value]),
    })
  }

  /** A count that something else keeps. */
  observedCounter(name: string, help: string, read: () => number): void {
    this.#add(name, { kind: 'counter', help, read: () => one(read()) })
  }

  text(): string {
    const lines: string[] = []
    for (const [name, { kind, help, read }] of this.#families) {
      lines.push(`# HELP ${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}`, `# TYPE ${name} ${kind}`)
      for (const [labels, value] of read()) lines.push(`${name}${labels} ${number(value)}`)
    }
    return `${lines.join('\n')}\n`
  }

  #add(name: string, family: Family): void {
    if (!/^claviger_[a-z0-9_]+$/.test(name) || this.#families.has(name))
      throw new Error(`${name} is no name for a new metric`)
    this.#families.set(name, family)
  }
}

function one(value: number | undefined): readonly (readonly [string, number])[] {
  return value === undefined ? [] : [['', value]]
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

function escapeLabel(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}

function number(value: number): string {
  if (Number.isFinite(value)) return String(value)
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf'
}
