/** (e) The decision alone, within one process: scopes, CIDR and two limits over hot state. */
import { Inside } from '../inside/inside.ts'
import type { Bench } from '../measure.ts'
import { type SectionResult, Tally, atLeast } from '../report.ts'

const LEAST_PER_CORE_SECOND = 1_000_000
/** Of the second kind of outcome no figure is promised: it makes a new answer each time. */
const SCENARIOS = ['valid', 'refused'] as const

export async function decisionSection(bench: Bench): Promise<SectionResult> {
  const { rounds, seconds, warmUpSeconds } = bench.options
  const inside = new Inside(new URL('../inside/decision.child.ts', import.meta.url))
  const tally = new Tally()
  try {
    for (const scenario of SCENARIOS) await inside.run({ scenario, seconds: warmUpSeconds })
    for (let round = 1; round <= rounds; round += 1) {
      bench.say(`e: round ${round}`)
      for (const scenario of SCENARIOS) {
        const { calls, ownCpuMicros, wallMicros } = await inside.run({ scenario, seconds })
        tally.add(scenario, {
          perCoreSecond: (calls / ownCpuMicros) * 1e6,
          perSecond: (calls / wallMicros) * 1e6,
          cpuNanos: (ownCpuMicros / calls) * 1_000,
        })
      }
    }
  } finally {
    await inside.close()
  }
  const valid = tally.median('valid', 'perCoreSecond')
  return {
    title: '(e) the decision alone: scopes, CIDR, two limits, 1000 keys',
    medians: tally.medians(),
    ratios: {},
    targets: [atLeast('evaluations a second of one core', valid, LEAST_PER_CORE_SECOND)],
    rounds: tally.rounds(),
  }
}
