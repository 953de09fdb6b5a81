/** What the server and the machine's own door share: the store, the seal, and the rooms that need nothing running. */
import { appendEntry } from '#audit'
import { loadConfig, type Config, type Environment, type Log } from '#config'
import { appendChange } from '#feed'
import { ensureFirstWorkspace, selectHomeWorkspace, type IdentityRoom } from '#identity'
import { openSeal, type Seal } from '#seal'
import type { Store, Tx } from '#store'
import { registerHandoverSamples } from '#http'
import { hasPlan, refuseLooserApp } from '#keys'
import { registerVaultSamples } from '#vault'

export interface SystemClock {
  /** Unix ms. */
  nowMs(): number
  /** Never jumps. */
  monotonicMs(): number
}

export const systemClock: SystemClock = { nowMs: () => Date.now(), monotonicMs: () => performance.now() }

export interface Installation {
  readonly config: Config
  readonly log: Log
  readonly store: Store
  readonly seal: Seal
  readonly clock: SystemClock
  close(): Promise<void>
}

/** @throws StartError in plain words; then the store is closed */
export async function openInstallation(config: Config, log: Log, opening: Promise<Store>): Promise<Installation> {
  const store = await opening
  try {
    const seal = await openSeal(store, config, log, {
      onRotated: async (tx, rotation) => {
        await appendEntry(tx, {
          workspaceId: rotation.workspaceId,
          actor: { type: 'system', id: 'seal' },
          operation: 'seal.rotate',
          outcome: 'success',
          status: 200,
          resource: { type: rotation.purpose, id: rotation.workspaceId ?? 'installation' },
          values: { version: rotation.version },
        })
        if (rotation.purpose === 'identity') await tellIdentityKey(tx, rotation.version)
      },
    })
    registerVaultSamples(seal)
    registerHandoverSamples(seal)
    return {
      config,
      log,
      store,
      seal,
      clock: systemClock,
      async close() {
        await seal.close()
        await store.close()
      },
    }
  } catch (error) {
    await store.close()
    throw error
  }
}

/** Other processes sign under the new key too. Before the first workspace there is nobody to tell. */
export async function tellIdentityKey(tx: Tx, version: number): Promise<void> {
  const home = await selectHomeWorkspace(tx)
  if (home === undefined) return
  await appendChange(tx, {
    workspaceId: home.id,
    kind: 'edit',
    subjectType: 'identity_key',
    subjectId: String(version),
    detail: { version },
  })
}

/** How people reach this server, without a slash at the end. */
export function publicUrlOf(config: Config): string {
  const { host, port } = config.listen
  return (
    config.publicUrl ??
    `${config.tls === undefined ? 'http' : 'https'}://${host.includes(':') ? `[${host}]` : host}:${port}`
  )
}

/** The identity room of an installation; `reached` waits for this process's feed, where one runs. */
export function identityRoomOf(
  installation: Installation,
  reached: (position: number) => Promise<unknown> = async () => undefined,
): IdentityRoom {
  const { store, seal, clock, config } = installation
  return { store, seal, nowMs: () => clock.nowMs(), publicUrl: publicUrlOf(config), reached, hasPlan, refuseLooserApp }
}

/** Makes the first workspace where there is none. */
export async function homeWorkspaceOf(room: IdentityRoom): Promise<string> {
  return (await ensureFirstWorkspace(room)).workspaceId
}

/** The configuration of this process. */
export function configOf(env: Environment): Config {
  return loadConfig(env, process.cwd())
}
