/**
 * `npm run tables`: writes packages/server/src/store/tables.ts from a database that all migrations were applied to.
 * With `--check` it changes nothing and fails when the file is not in step.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { loadConfig, silentLog } from '../packages/server/src/config/index.ts'
import { describeTables } from '../packages/server/src/store/describe-tables.ts'
import { openStore } from '../packages/server/src/store/index.ts'
import { removeDataDir, temporaryDataDir } from '../packages/server/src/store/testing.ts'

const target = fileURLToPath(new URL('../packages/server/src/store/tables.ts', import.meta.url))
const dataDir = temporaryDataDir()
try {
  const store = await openStore(loadConfig({ CLAVIGER_DATA_DIR: dataDir }, dataDir), silentLog, {
    engineSettings: { fsync: 'off' },
  })
  const text = await describeTables(store)
  await store.close()
  if (text === readFileSync(target, 'utf8')) {
    process.stdout.write('tables.ts is in step with the migrations\n')
  } else if (process.argv.includes('--check')) {
    process.stderr.write('tables.ts is not in step with the migrations: run npm run tables\n')
    process.exitCode = 1
  } else {
    writeFileSync(target, text)
    process.stdout.write('wrote packages/server/src/store/tables.ts\n')
  }
} finally {
  removeDataDir(dataDir)
}
