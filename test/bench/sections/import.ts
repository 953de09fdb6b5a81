/** (g) Importing keys of another system by their hashes, in batches over HTTP, two under way at a time. */
import { createHash } from 'node:crypto'
import type { Bench } from '../measure.ts'
import { cpuOf, memoryOf } from '../proc/process-tree.ts'
import { type SectionResult, Tally, atMost } from '../report.ts'
import { type RunningClaviger, type SetUp, setUp, startClaviger } from '../servers/claviger.ts'

const BATCH = 5_000
const LANES = 2
const MAX_SECONDS_PER_MILLION = 300

export async function importSection(bench: Bench): Promise<SectionResult> {
  const count = bench.options.imports
  const claviger = await startClaviger()
  try {
    const owner = await setUp(claviger, 'http://127.0.0.1:9')
    const name = `${count.toLocaleString('en')} keys`
    const tally = new Tally()
    bench.say(`e: importing ${name}`)
    const [cpuBefore, startedAtMs] = [cpuOf(claviger.pids), performance.now()]
    await importAll(claviger, owner, count)
    const seconds = (performance.now() - startedAtMs) / 1_000
    tally.add(name, {
      seconds,
      keysPerSecond: count / seconds,
      cpuMicrosPerKey: (cpuOf(claviger.pids) - cpuBefore) / count,
      pssMegabytes: memoryOf(claviger.pids) / 1e6,
    })
    const perMillion = (tally.median(name, 'seconds') * 1_000_000) / count
    return {
      title: '(g) import of hashes',
      medians: tally.medians(),
      ratios: {},
      targets: [atMost('seconds for a million keys', Math.round(perMillion), MAX_SECONDS_PER_MILLION)],
      rounds: tally.rounds(),
    }
  } finally {
    await claviger.close()
  }
}

async function importAll(claviger: RunningClaviger, owner: SetUp, count: number): Promise<void> {
  let next = 0
  const lane = async (): Promise<void> => {
    while (next < count) {
      const from = next
      next += BATCH
      const keys = Array.from({ length: Math.min(BATCH, count - from) }, (_, at) => ({
        hash: createHash('sha256')
          .update(`secret of customer ${from + at}`)
          .digest('hex'),
        name: `customer ${from + at}`,
        start: 'sk_live_',
      }))
      const body = { app_id: owner.appId, api_ids: [owner.apiId], algorithm: 'sha256', encoding: 'hex', keys }
      const answer = await claviger.api('POST', '/keys/import', body)
      if (answer['created'] !== keys.length)
        throw new Error(`a batch was not taken as a whole: ${JSON.stringify(answer)}`)
    }
  }
  await Promise.all(Array.from({ length: LANES }, lane))
}
