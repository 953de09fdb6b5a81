/** The limiter of a running server with its store, an embedded PostgreSQL of its own, and nothing else. Data directory in argv. */
import { type LimitPolicy, bucketsFor } from '../../../packages/core/src/index.ts'
import { loadConfig, silentLog } from '../../../packages/server/src/config/index.ts'
import { openStore } from '../../../packages/server/src/store/index.ts'
import { createCounters } from '../../../packages/server/src/usage/index.ts'
import { type Scenario, serveJobs } from './serve-jobs.ts'

const KEYS = 1_000
const WINDOW_MS = 60_000
/** Reached by nobody. */
const KEY_LIMIT = 1_000_000
const API_LIMIT = 10_000_000_000

const opened = open()
serveJobs(
  opened.then(({ scenarios }) => scenarios),
  async () => (await opened).close(),
)

async function open(): Promise<{
  readonly scenarios: Readonly<Record<string, Scenario>>
  readonly close: () => Promise<void>
}> {
  const config = loadConfig({ CLAVIGER_DATA_DIR: process.argv[2] }, process.cwd())
  const store = await openStore(config, silentLog)
  const clock = { nowMs: () => Date.now(), monotonicMs: () => performance.now() }
  const counters = createCounters({ store, node: 'nod_bench', clock, log: silentLog })
  const api = policyOf('api', API_LIMIT)
  const keys = Array.from({ length: KEYS }, (_, nth) => policyOf(`key${nth}`, KEY_LIMIT))

  /** Nobody waits for a draw before the next call is made: other requests go on too. */
  function scenarioOf(limitsOf: (call: number) => readonly LimitPolicy[]): Scenario {
    let call = 0
    let waited = 0
    return {
      async call(count) {
        const waiting: Promise<unknown>[] = []
        for (const end = call + count; call < end; call += 1) {
          const admission = counters.admit(limitsOf(call), 1)
          if (!(admission instanceof Promise)) expectAdmitted(admission)
          else waiting.push(admission.then(expectAdmitted))
        }
        waited += waiting.length
        await Promise.all(waiting)
      },
      counted: () => ({ waited, draws: counters.facts().storeCalls }),
    }
  }
  const one = keys.map((key) => [key])
  const two = keys.map((key) => [key, api])
  return {
    scenarios: {
      'one limit': scenarioOf((call) => one[call % KEYS] ?? []),
      'two limits': scenarioOf((call) => two[call % KEYS] ?? []),
      'two limits, new keys': scenarioOf((call) => [policyOf(`new${call}`, KEY_LIMIT), api]),
    },
    async close() {
      await counters.close()
      await store.close()
    },
  }
}

function expectAdmitted({ kind }: { readonly kind: string }): void {
  if (kind !== 'admitted') throw new Error(`a call was ${kind}`)
}

function policyOf(id: string, limit: number): LimitPolicy {
  return {
    id: `bench:${id}`,
    name: 'requests',
    kind: 'window',
    class: 'bounded',
    limit,
    windowMs: WINDOW_MS,
    buckets: bucketsFor(WINDOW_MS),
    mode: 'enforce',
    onCounterLoss: 'closed',
  }
}
