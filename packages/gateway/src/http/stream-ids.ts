/** By what a running exchange can be found when something is revoked. */
import type { Opened } from '../exchange.ts'
import type { StreamIds } from '../open-streams.ts'

export function streamIds(known: Opened): StreamIds {
  const { key, version, target } = known
  return {
    keyId: key.id,
    versionId: version.publicId,
    appId: key.app.current.id,
    workspaceId: key.workspace.current.id,
    targetId: target.id,
    apiId: target.api.current.id,
  }
}
