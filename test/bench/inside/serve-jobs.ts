/** The child's side: takes jobs from its parent, one at a time, and measures itself. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { InsideJob, InsideResult } from './job.ts'

export interface Scenario {
  /** Makes so many calls. @throws when an outcome is not as expected */
  readonly call: (count: number) => void | Promise<void>
  /** Since the start; the difference is told. */
  readonly counted?: () => Readonly<Record<string, number>>
}

const CALLS_A_TURN = 1_000

/** @param end puts away what the scenarios need, when the parent has no more jobs */
export function serveJobs(
  scenarios: Promise<Readonly<Record<string, Scenario>>>,
  end: () => Promise<void> = async () => {},
): void {
  process.on('message', (message: { readonly job: InsideJob }) => {
    void run(scenarios, message.job).then((result) => process.send?.({ result }))
  })
  process.on('disconnect', () => void end().finally(() => process.exit()))
}

async function run(scenarios: Promise<Readonly<Record<string, Scenario>>>, job: InsideJob): Promise<InsideResult> {
  const nothing = { calls: 0, ownCpuMicros: 0, wallMicros: 0, counted: {} }
  try {
    const scenario = (await scenarios)[job.scenario]
    if (scenario === undefined) return { ...nothing, problem: 'there is no such scenario' }
    return await measure(scenario, job.seconds)
  } catch (error) {
    return { ...nothing, problem: error instanceof Error ? (error.stack ?? error.message) : String(error) }
  }
}

/** Each turn of the loop makes many calls and then lets answers of the outside world in, as a busy server does. */
async function measure(scenario: Scenario, seconds: number): Promise<InsideResult> {
  const countedBefore = scenario.counted?.() ?? {}
  const cpuBefore = process.cpuUsage()
  const startedAtMs = performance.now()
  let calls = 0
  while (performance.now() < startedAtMs + seconds * 1_000) {
    await scenario.call(CALLS_A_TURN)
    calls += CALLS_A_TURN
    await nextTurn()
  }
  const cpu = process.cpuUsage(cpuBefore)
  const counted = Object.entries(scenario.counted?.() ?? {})
  return {
    calls,
    ownCpuMicros: cpu.user + cpu.system,
    wallMicros: (performance.now() - startedAtMs) * 1_000,
    counted: Object.fromEntries(counted.map(([name, value]) => [name, value - (countedBefore[name] ?? 0)])),
    problem: undefined,
  }
}
