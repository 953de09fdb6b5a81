/**
 * A program: runs one embedded engine for a whole run of vitest, prints its URL, and ends when its standard input
 * does. So it goes away with vitest, whatever ended that.
 */
import { silentLog } from '#config'
import { ENGINE_ROLE, openEmbeddedEngine } from './engine/index.ts'
import { removeDataDir, temporaryDataDir } from './testing.ts'

/** What these databases hold is gone in a minute anyway. */
const FAST_AND_FORGETFUL = {
  fsync: 'off',
  full_page_writes: 'off',
  synchronous_commit: 'off',
  max_connections: '300',
  autovacuum: 'off',
  log_min_messages: 'fatal',
}

const ended = Promise.withResolvers<void>()
process.stdin.on('end', ended.resolve).on('error', ended.resolve).resume()
// Ctrl-C reaches the whole group: the end of vitest is what counts
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})

const dataDir = temporaryDataDir()
try {
  const engine = await openEmbeddedEngine({ dataDir, role: 'server', log: silentLog, settings: FAST_AND_FORGETFUL })
  const url = new URL('postgres:///postgres')
  url.searchParams.set('host', engine.socketDir)
  url.searchParams.set('user', ENGINE_ROLE)
  process.stdout.write(`${url.href}\n`)
  await ended.promise
  await engine.close()
} finally {
  removeDataDir(dataDir)
}
