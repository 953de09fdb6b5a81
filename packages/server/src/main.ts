/** Starts the roles that the configuration asks for, and stops them in order. */
import { createLog, StartError } from '#config'
import { createSetupLink, hasOwner } from '#identity'
import { configOf, homeWorkspaceOf, identityRoomOf, openInstallation, publicUrlOf } from './installation.ts'
import { startServer, type RunningServer } from './start-server.ts'

/** 128 + the number of the signal, as shells say it. */
const SIGNAL_EXIT = { SIGINT: 130, SIGTERM: 0 } as const

async function main(): Promise<void> {
  const config = configOf(process.env)
  const log = createLog(config)
  say(`Claviger starts; its data is in ${config.dataDir}`)
  const installation = await openInstallation(config, log, 'server')
  const identity = identityRoomOf(installation)
  const workspaceId = await homeWorkspaceOf(identity)
  let server: RunningServer
  try {
    server = await startServer(installation)
  } catch (error) {
    await installation.close()
    throw error
  }
  say(`Ready at ${publicUrlOf(config)} (API documents: ${publicUrlOf(config)}/api/docs)`)
  if (!(await hasOwner(identity, workspaceId))) {
    const link = await createSetupLink(identity, { workspaceId, actor: { type: 'system', id: 'first-start' } }, null)
    say(`Set up the first owner, once, until ${link.expiresAt.toISOString()}:\n  ${link.url.reveal()}`)
  }
  let stopping = false
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (stopping) return
      stopping = true
      say(`${signal}: finishing what is under way, ${config.shutdownGraceMs / 1000} s at most`)
      server
        .stop()
        .then(async () => installation.close())
        .then(
          () => process.exit(SIGNAL_EXIT[signal]),
          (error: unknown) => {
            log.error({ err: error }, 'the server did not stop cleanly')
            process.exit(1)
          },
        )
    })
  }
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
