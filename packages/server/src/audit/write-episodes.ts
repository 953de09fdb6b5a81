/**
 * Copies episodes from the spool into the audit log, in the drain's transaction: an entry when a failure mode comes into
 * use, another when it ends. What has no end yet is kept beside the calls that have none, in case the process dies.
 */
import { SealError, sealOf } from '#seal'
import type { Tx } from '#store'
import { appendEntry } from './append-entry.ts'
import type { Actor } from './entry.ts'
import { decodeEpisode, type FailureEpisode } from './episode-line.ts'
import { deleteOpen, insertOpen } from './rows-journal.ts'

const ACTOR: Actor = { type: 'system', id: 'dataplane' }
/** Of the column. */
const LONGEST_MS = 2_147_483_647

/** @throws UnreadableLine */
export async function writeEpisodes(tx: Tx, nodeId: string, lines: readonly string[]): Promise<void> {
  const open = new Map<string, string>()
  const ended: string[] = []
  for (const line of lines) {
    const episode = decodeEpisode(line)
    if (episode.phase !== 'so_far') await appendEpisode(tx, nodeId, episode)
    if (episode.phase === 'ended') {
      open.delete(episode.id)
      // an earlier batch may have kept it
      ended.push(episode.id)
    } else open.set(episode.id, line)
  }
  if (ended.length > 0) await deleteOpen(tx, nodeId, ended)
  if (open.size > 0)
    await insertOpen(
      tx,
      nodeId,
      [...open].map(([requestId, line]) => ({ requestId, line })),
    )
}

/** The end of episodes whose process died: nobody will tell it. @param lines the last word on each */
export async function endEpisodes(tx: Tx, nodeId: string, lines: readonly string[]): Promise<void> {
  for (const line of lines)
    await appendEpisode(tx, nodeId, { ...decodeEpisode(line), phase: 'ended', ended: 'interrupted' })
}

async function appendEpisode(tx: Tx, nodeId: string, episode: FailureEpisode): Promise<void> {
  const { id, dependency, mode, target, beganAtMs, atMs, durationMs, served, refused, dropped, ended } = episode
  const hasEnded = episode.phase === 'ended'
  await appendEntry(tx, {
    workspaceId: await knownWorkspace(tx, target.workspaceId),
    actor: ACTOR,
    operation: hasEnded ? 'failure_modes.end' : 'failure_modes.begin',
    outcome: 'success',
    status: 200,
    resource: { type: target.type, id: target.id },
    durationMs: hasEnded ? Math.min(durationMs, LONGEST_MS) : 0,
    values: {
      dependency,
      mode,
      episode_id: id,
      node_id: nodeId,
      began_at: new Date(beganAtMs),
      ...(hasEnded && { ended_at: new Date(atMs), ended, served, refused, dropped }),
    },
  })
}

/** After a restore a spool may tell of a workspace that is not there any more: then it concerns the installation. */
async function knownWorkspace(tx: Tx, workspaceId: string | undefined): Promise<string | undefined> {
  try {
    await sealOf(tx).auditHasher(tx, workspaceId)
    return workspaceId
  } catch (error) {
    if (error instanceof SealError && error.reason === 'key_missing') return undefined
    throw error
  }
}
