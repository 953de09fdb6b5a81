/** A process for the proofs: goes on with all orders, as the job does, and tells when it has begun. Is killed meanwhile. */
import { loadConfig, silentLog } from '#config'
import { openSeal } from '#seal'
import { openStore } from '#store'
import { resumeOrders } from './carry-out-order.ts'

const [databaseUrl = '', dataDir = ''] = process.argv.slice(2)
const config = loadConfig({ DATABASE_URL: databaseUrl, CLAVIGER_DATA_DIR: dataDir }, dataDir)
const store = await openStore(config, silentLog)
const seal = await openSeal(store, config, silentLog)
process.stdout.write('ready\n')
await resumeOrders({ store, nowMs: () => Date.now() })
process.stdout.write('done\n')
await seal.close()
await store.close()
