/** A process for the proofs: many clients at once on one limit; tells how many were admitted, as it goes. */
import type { LimitPolicy } from '@claviger/core'
import { silentLog, loadConfig } from '#config'
import { openStore } from '#store'
import { createCounters } from './counters.ts'

const [databaseUrl = '', dataDir = '', policyText = '', clientsText = '64', callsText = '50'] = process.argv.slice(2)
const config = loadConfig(
  { DATABASE_URL: databaseUrl, CLAVIGER_DATA_DIR: dataDir, CLAVIGER_DATABASE_POOL: '5' },
  dataDir,
)
const store = await openStore(config, silentLog)
const clock = { nowMs: () => Date.now(), monotonicMs: () => performance.now() }
const counters = createCounters({ store, node: `nod_${process.pid}`, clock, log: silentLog })
const policy = JSON.parse(policyText) as LimitPolicy // written by the test that starts us
process.stdout.write('ready\n')
await new Promise((resolve) => process.stdin.once('data', resolve))
await Promise.all(
  Array.from({ length: Number(clientsText) }, async () => {
    for (let call = 0; call < Number(callsText); call++) {
      const { kind } = await counters.admit([policy], 1)
      process.stdout.write(`${kind}\n`)
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
  }),
)
await counters.close()
await store.close()
process.stdout.write('done\n')
process.exit(0)
