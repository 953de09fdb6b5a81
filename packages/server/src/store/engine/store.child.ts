/**
 * A program for the tests: opens a store in the role of its first argument, prints a line of JSON when it is open (or
 * why it is not), does what is written to its standard input, and closes the store when that ends.
 */
import { createInterface } from 'node:readline'
import { loadConfig, silentLog, StartError } from '#config'
import { openStore } from '../open-store.ts'

const say = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`)

try {
  const config = loadConfig({ CLAVIGER_DATA_DIR: process.argv[3] }, process.cwd())
  const store = await openStore(config, silentLog, {
    role: process.argv[2] === 'admin' ? 'admin' : 'server',
    migrations: [],
  })
  const [row] = await store.raw("select pg_backend_pid() as backend, current_setting('data_directory') as folder", [])
  say({ open: true, dataDir: store.dataDir, ...row })
  for await (const sql of createInterface(process.stdin)) {
    try {
      say({ available: store.available(), rows: sql === '' ? [] : await store.raw(sql, []) })
    } catch (error) {
      say({ available: store.available(), failed: String(error) })
    }
  }
  await store.close()
  say({ closed: true })
} catch (error) {
  say(
    error instanceof StartError
      ? { code: error.code, message: error.message }
      : { code: 'bug', message: String(error) },
  )
  process.exitCode = 1
}
