/**
 * Starts the database, and while that comes up reads the rest of the server: each takes about half of a start, and they
 * are two processes. So this file and what it imports stay few.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { createLog, loadConfig, StartError, type Config, type Log } from '#config'
import { openStore } from '#store'
import { say } from './say.ts'

async function main(): Promise<void> {
  const config = loadConfig(process.env, process.cwd())
  try {
    await begin(config, createLog(config))
  } catch (error) {
    const { startFailureOf } = await import('./start-failure.ts')
    throw await startFailureOf(error, config)
  }
}

async function begin(config: Config, log: Log): Promise<void> {
  // From the very start: killed in the middle of it, we would leave an engine that nobody stops.
  const toldToStop = firstSignal()
  say(`Claviger starts; its data is in ${config.dataDir}`)
  const store = openStore(config, log, { role: 'server' })
  // whoever waits for it hears of it; until somebody does, it is no unheard failure
  store.catch(() => undefined)
  const { serve } = await readServer().catch(async (error: unknown) => {
    // half an installation: the database must not run on without us
    await store.then((opened) => opened.close())
    throw error
  })
  await serve({ config, log, store, toldToStop })
}

/**
 * Room by room, from below: all at once would stop this process for a second, and for several on a busy machine, while
 * connections to the database are being made and watched.
 */
async function readServer() {
  for (const read of [
    () => import('@claviger/gateway'),
    () => import('#seal'),
    () => import('#geo'),
    () => import('#egress'),
    () => import('#usage'),
    () => import('#identity'),
    () => import('#keys'),
    () => import('#dataplane'),
    () => import('#http'),
  ]) {
    await read()
    await nextTurn()
  }
  return import('./serve.ts')
}

/** The first signal that asks to stop; those that follow change nothing. */
function firstSignal(): Promise<'SIGINT' | 'SIGTERM'> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => resolve(signal))
  })
}

try {
  await main()
} catch (error) {
  if (error instanceof StartError) {
    say(`\nClaviger cannot start: ${error.message}`)
  } else {
    say('\nClaviger cannot start, and this is a fault of its own. Please report it:')
    console.error(error)
  }
  process.exit(1)
}
