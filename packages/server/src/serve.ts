/** Opens the installation, starts the roles that the configuration asks for, and stops them in order. */
import { messageOf, type Config, type Log } from '#config'
import { openGeo } from '#geo'
import { createSetupLink, hasOwner, type IdentityRoom } from '#identity'
import type { DiskState, Store } from '#store'
import { homeWorkspaceOf, identityRoomOf, openInstallation, publicUrlOf, systemClock } from './installation.ts'
import { say } from './say.ts'
import { startServer, type RunningServer } from './start-server.ts'

/** Of a signal 128 + its number, as shells say it; of a process that was replaced, such that it is started again. */
const EXIT = { SIGINT: 130, SIGTERM: 0, replaced: 1 } as const

const REPLACED =
  'this process stood still for so long that another one took it for dead and settled what it held: it ends, to begin anew as another node'

/** What was begun while this file and all below it were read. */
export interface Beginning {
  readonly config: Config
  readonly log: Log
  readonly store: Promise<Store>
  readonly toldToStop: Promise<Exclude<keyof typeof EXIT, 'replaced'>>
}

/**
 * Runs until a signal, or until another process has taken this one for dead; then ends the process.
 *
 * @throws StartError, and whatever is a fault of ours
 */
export async function serve({ config, log, store, toldToStop }: Beginning): Promise<void> {
  const opening = openGeo({ config, log, nowMs: () => systemClock.nowMs() })
  // as main.ts does it with the store: the database is still coming up
  opening.catch(() => undefined)
  const installation = await openInstallation(config, log, store)
  const identity = identityRoomOf(installation)
  let workspaceId: string
  let server: RunningServer
  try {
    workspaceId = await homeWorkspaceOf(identity)
    server = await startServer(installation, await opening)
  } catch (error) {
    await installation.close()
    throw error
  }
  say(`Ready at ${publicUrlOf(config)} (API documents: ${publicUrlOf(config)}/api/docs)`)
  sayDisk(installation.store.disk())
  await offerSetup(identity, workspaceId)
  const reason = await Promise.race([toldToStop, server.replaced.then(() => 'replaced' as const)])
  if (reason === 'replaced') log.error({}, REPLACED)
  say(`${reason}: finishing what is under way, ${config.shutdownGraceMs / 1000} s at most`)
  try {
    await server.stop()
    await installation.close()
  } catch (error) {
    log.error({ err: error }, 'the server did not stop cleanly')
    process.exit(1)
  }
  process.exit(EXIT[reason])
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
