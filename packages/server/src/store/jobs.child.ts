/** A worker for the proofs: its job never ends, until the process is killed. */
import { loadConfig, silentLog } from '#config'
import { openStore } from './open-store.ts'

const [databaseUrl = '', dataDir = ''] = process.argv.slice(2)
const store = await openStore(loadConfig({ DATABASE_URL: databaseUrl, CLAVIGER_DATA_DIR: dataDir }, dataDir), silentLog)
store.jobs.every('hangs', 3_600_000, async () => {
  process.stdout.write('running\n')
  await new Promise(() => {})
})
await store.jobs.start()
