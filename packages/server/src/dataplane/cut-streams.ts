/** What a change of the feed ends at once: streams that are open with a key, version, app, api or workspace that may no more. */
import type { OpenStreams } from '@claviger/gateway'
import type { Change } from '#feed'

/** @returns how many streams were cut */
export function cutStreams(streams: OpenStreams, change: Change): number {
  const { kind, subjectType, subjectId, detail } = change
  const ends = kind === 'revocation' || detail['disabled'] === true || detail['deleted'] === true
  switch (subjectType) {
    case 'key':
      return (
        cutVersions(streams, change) +
        (ends && detail['version'] === undefined ? streams.cut({ keyId: subjectId }, 'revoked') : 0)
      )
    case 'key_batch':
      return ends ? cutKeys(streams, change) : 0
    case 'app':
      return ends ? streams.cut({ appId: subjectId }, 'revoked') : 0
    case 'api':
      return ends ? streams.cut({ apiId: subjectId }, 'revoked') : 0
    case 'workspace':
      return ends ? streams.cut({ workspaceId: subjectId }, 'revoked') : 0
    case 'route':
    case 'model':
      return ends ? streams.cut({ targetId: subjectId }, 'revoked') : 0
    default:
      return 0
  }
}

function cutKeys(streams: OpenStreams, change: Change): number {
  const ids = change.detail['key_ids']
  if (!Array.isArray(ids)) return 0
  let cut = 0
  for (const keyId of ids) if (typeof keyId === 'string') cut += streams.cut({ keyId }, 'revoked')
  return cut
}

/** One version that was revoked, or those that a rotation without grace ended: told by their public ids. */
function cutVersions(streams: OpenStreams, change: Change): number {
  const ended = change.detail['ended']
  if (!Array.isArray(ended)) return 0
  let cut = 0
  for (const versionId of ended) if (typeof versionId === 'string') cut += streams.cut({ versionId }, 'revoked')
  return cut
}
