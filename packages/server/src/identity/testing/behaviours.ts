/** Behaviours of this room that the tests of others need. */
import { createWorkspace } from '../workspaces.ts'
import type { TestIdentity } from './open-identity.ts'

export { updateApp } from '../apps.ts'
export { updateWorkspace } from '../workspaces.ts'

/** Another workspace. @returns its id */
export async function makeTenant({ store, room, caller }: TestIdentity, name: string): Promise<string> {
  const wanted = { name, maxKeyAgeSeconds: 365 * 86_400, dormantAfterDays: null, restoreWindowDays: 30 }
  return (await store.transaction(async (tx) => createWorkspace(room, tx, caller, wanted))).id
}
