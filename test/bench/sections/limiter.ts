/** (f) The limiter with its store: what one decision costs in all, the engine's share included. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Inside } from '../inside/inside.ts'
import type { Bench } from '../measure.ts'
import { cpuOf } from '../proc/process-tree.ts'
import { type SectionResult, Tally, atMost } from '../report.ts'

const MOST_MICROS = 3
/** In the last, every call is the first of its key: it waits for a draw, and no figure is promised of that. */
const SCENARIOS = ['one limit', 'two limits', 'two limits, new keys'] as const

export async function limiterSection(bench: Bench): Promise<SectionResult> {
  const { rounds, seconds, warmUpSeconds } = bench.options
  // Passable, so that an engine that may not run as root keeps its files in it.
  const dataDir = mkdtempSync(join(tmpdir(), 'claviger-bench-data-'))
  chmodSync(dataDir, 0o711)
  const inside = new Inside(new URL('../inside/limiter.child.ts', import.meta.url), [dataDir])
  const tally = new Tally()
  try {
    for (const scenario of SCENARIOS) await inside.run({ scenario, seconds: warmUpSeconds })
    for (let round = 1; round <= rounds; round += 1) {
      bench.say(`f: round ${round}`)
      for (const scenario of SCENARIOS) tally.add(scenario, await oneRun(inside, scenario, seconds))
    }
  } finally {
    await inside.close()
    rmSync(dataDir, { recursive: true, force: true })
  }
  return {
    title: '(f) the limiter with its PostgreSQL store, 1000 keys',
    medians: tally.medians(),
    ratios: { 'µs, two limits ÷ one': tally.ratio('cpuMicros', 'two limits', 'one limit') },
    targets: [
      atMost('CPU µs a decision of two limits, engine included', tally.median('two limits', 'cpuMicros'), MOST_MICROS),
    ],
    rounds: tally.rounds(),
  }
}

async function oneRun(inside: Inside, scenario: string, seconds: number): Promise<object> {
  const cpuBefore = cpuOf([inside.pid])
  const { calls, ownCpuMicros, wallMicros, counted } = await inside.run({ scenario, seconds })
  return {
    cpuMicros: (cpuOf([inside.pid]) - cpuBefore) / calls,
    ownCpuMicros: ownCpuMicros / calls,
    perSecond: (calls / wallMicros) * 1e6,
    waitedPerMillion: ((counted['waited'] ?? 0) / calls) * 1e6,
    drawsPerSecond: ((counted['draws'] ?? 0) / wallMicros) * 1e6,
  }
}
