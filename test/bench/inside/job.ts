/** What a process that measures itself is asked to do, and what it found. Sent between processes. */

export interface InsideJob {
  /** A name that the process knows. */
  readonly scenario: string
  readonly seconds: number
}

export interface InsideResult {
  readonly calls: number
  /** User and system time of that process alone, its compiler and collector included. */
  readonly ownCpuMicros: number
  readonly wallMicros: number
  /** What the scenario counted besides. */
  readonly counted: Readonly<Record<string, number>>
  /** The first outcome that was not as expected: figures of errors are no figures. */
  readonly problem: string | undefined
}
