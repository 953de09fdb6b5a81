/** Starts the roles that the configuration asks for, and stops them in order. */
import { createLog, messageOf, StartError, type Config, type Log } from '#config'
import { createSetupLink, hasOwner, type IdentityRoom } from '#identity'
import type { DiskState } from '#store'
import { configOf, homeWorkspaceOf, identityRoomOf, openInstallation, publicUrlOf } from './installation.ts'
import { startFailureOf } from './start-failure.ts'
import { startServer, type RunningServer } from './start-server.ts'

/** 128 + the number of the signal, as shells say it. */
const SIGNAL_EXIT = { SIGINT: 130, SIGTERM: 0 } as const

async function main(): Promise<void> {
  const config = configOf(process.env)
  try {
    await run(config, createLog(config))
  } catch (error) {
    throw await startFailureOf(error, config)
  }
}

async function run(config: Config, log: Log): Promise<void> {
  // From the very start: killed in the middle of it, we would leave an engine that nobody stops.
  const toldToStop = firstSignal()
  say(`Claviger starts; its data is in ${config.dataDir}`)
  const installation = await openInstallation(config, log, 'server')
  const identity = identityRoomOf(installation)
  let workspaceId: string
  let server: RunningServer
  try {
    workspaceId = await homeWorkspaceOf(identity)
    server = await startServer(installation)
  } catch (error) {
    await installation.close()
    throw error
  }
  say(`Ready at ${publicUrlOf(config)} (API documents: ${publicUrlOf(config)}/api/docs)`)
  sayDisk(installation.store.disk())
  await offerSetup(identity, workspaceId)
  const signal = await toldToStop
  say(`${signal}: finishing what is under way, ${config.shutdownGraceMs / 1000} s at most`)
  try {
    await server.stop()
    await installation.close()
  } catch (error) {
    log.error({ err: error }, 'the server did not stop cleanly')
    process.exit(1)
  }
  process.exit(SIGNAL_EXIT[signal])
}

/** The first signal that asks to stop; those that follow change nothing. */
function firstSignal(): Promise<keyof typeof SIGNAL_EXIT> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => resolve(signal))
  })
}

/** The server runs on without a link: what keeps it from making one will be gone later. */
async function offerSetup(identity: IdentityRoom, workspaceId: string): Promise<void> {
  try {
    if (await hasOwner(identity, workspaceId)) return
    const link = await createSetupLink(identity, { workspaceId, actor: { type: 'system', id: 'first-start' } }, null)
    say(`Set up the first owner, once, until ${link.expiresAt.toISOString()}:\n  ${link.url.reveal()}`)
  } catch (error) {
    say(`There is no set-up link: ${messageOf(error)} Make one later: npx claviger admin setup-link`)
  }
}

function sayDisk({ level, freeBytes, mode }: DiskState): void {
  if (level === 'ok') return
  const meaning = {
    warn: 'it is filling up',
    refuse: 'calls are refused until there is more (CLAVIGER_DISK_STOP_FREE_MB)',
    drop: 'calls are served, and not journaled until there is more (CLAVIGER_DISK_STOP_FREE_MB)',
  }[level === 'full' ? mode : level]
  say(`The disk of the data directory has ${Math.floor(freeBytes / 1024 / 1024)} MB free: ${meaning}`)
}

/** For the person at the terminal; the log goes its own way. */
function say(line: string): void {
  process.stderr.write(`${line}\n`)
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
