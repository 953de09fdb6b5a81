/**
 * Episodes as lines of JSON: what stands in the spool, between the decisions, while a failure mode is in use. An array in
 * a fixed order; new fields are added at the end. Three lines a time at least: when it began, how far it has come (in
 * case the process dies), when it ended.
 *
 *   ["e", at_ms, episode, phase, began_at_ms, duration_ms, workspace, dependency, mode, target type, target,
 *    served, refused, dropped, ended]
 */
import type { FailureMode } from '@claviger/gateway'
import { z } from 'zod'
import { UnreadableLine } from './decision-line.ts'

export interface FailureEpisode extends FailureMode {
  readonly id: string
  readonly phase: 'began' | 'so_far' | 'ended'
  /** Of what this line tells. */
  readonly atMs: number
  readonly beganAtMs: number
  /** Until then, by a clock that never jumps. */
  readonly durationMs: number
  /** Decisions that went by the mode until then. */
  readonly served: number
  readonly refused: number
  readonly dropped: number
  /** `back`: the dependency is; `stopped`: the process did; `interrupted`: the process died, and the counts are the least. */
  readonly ended?: 'back' | 'stopped' | 'interrupted' | undefined
}

const KIND = 0x65
const count = z.int().min(0)
const line = z.tuple([
  z.literal('e'),
  count,
  z.string(),
  z.enum(['began', 'so_far', 'ended']),
  count,
  z.number().min(0),
  z.string().nullable(),
  z.enum(['counters', 'feed', 'journal', 'store']),
  z.enum(['refuse', 'closed', 'open', 'local', 'serve_known', 'deny', 'drop', 'refuse_unknown']),
  z.enum(['limit', 'api', 'route', 'model', 'door', 'journal', 'store']),
  z.string(),
  count,
  count,
  count,
  z.enum(['back', 'stopped', 'interrupted']).nullable(),
])

export function encodeEpisode(episode: FailureEpisode): string {
  const { atMs, id, phase, beganAtMs, durationMs, target, dependency, mode, served, refused, dropped, ended } = episode
  const fields: z.input<typeof line> = [
    'e',
    atMs,
    id,
    phase,
    beganAtMs,
    durationMs,
    target.workspaceId ?? null,
    dependency,
    mode,
    target.type,
    target.id,
    served,
    refused,
    dropped,
    ended ?? null,
  ]
  return JSON.stringify(fields)
}

/** Whether a line of the spool tells of an episode; the others tell of decisions. */
export function isEpisode(text: string): boolean {
  return text.charCodeAt(2) === KIND
}

/** @throws UnreadableLine */
export function decodeEpisode(text: string): FailureEpisode {
  const read = line.safeParse(jsonOf(text))
  if (!read.success) throw new UnreadableLine('A line of the journal is no episode.', { cause: read.error })
  const [, atMs, id, phase, beganAtMs, durationMs, workspaceId, dependency, mode, type, targetId, ...counts] = read.data
  const [served, refused, dropped, ended] = counts
  return {
    id,
    phase,
    atMs,
    beganAtMs,
    durationMs,
    dependency,
    mode,
    target: { type, id: targetId, workspaceId: workspaceId ?? undefined },
    served,
    refused,
    dropped,
    ended: ended ?? undefined,
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new UnreadableLine('A line of the journal is no JSON.', { cause })
  }
}
