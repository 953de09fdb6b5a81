/**
 * Copies a batch of a node's spool into the journal, in the drain's transaction: one compressed block per workspace and minute.
 * The drain moves the node's cursor in the same transaction, so a batch that comes twice is written once.
 */
import type { DecisionRecord } from '@claviger/gateway'
import { sealOf, type Seal } from '#seal'
import type { Tx } from '#store'
import { packBlock } from './block.ts'
import { decodeDecision, encodeDecision, openingOf } from './decision-line.ts'
import { commitmentOf, leafOf, SALT_BYTES } from './leaf.ts'
import { deleteOpen, insertBlocks, insertOpen, makePartitions, takeOpen, type NewBlock } from './rows-journal.ts'

const MINUTE_MS = 60_000

interface WrittenDecision {
  readonly line: string
  readonly record: DecisionRecord
}

/** Where in the node's spool a block comes from. */
interface Origin {
  readonly nodeId: string
  readonly firstSequence: number
  readonly lastSequence: number
}

/**
 * @param lines as they were made by `encodeOpening` and `encodeDecision`; the first has `firstSequence`
 * @returns the decisions among them, for the roll-ups
 * @throws UnreadableLine
 */
export async function writeJournal(tx: Tx, nodeId: string, firstSequence: number, lines: readonly string[]): Promise<readonly DecisionRecord[]> {
  const open = new Map<string, string>()
  const decisions: WrittenDecision[] = []
  /** Decisions whose opening, if there was one, came in an earlier batch. */
  const closed: string[] = []
  for (const line of lines) {
    const opening = openingOf(line)
    if (opening !== undefined) {
      open.set(opening, line)
      continue
    }
    const record = decodeDecision(line)
    decisions.push({ line, record })
    if (!open.delete(record.requestId) && record.door !== 'verify') closed.push(record.requestId)
  }
  await writeBlocks(tx, { nodeId, firstSequence, lastSequence: firstSequence + lines.length - 1 }, decisions)
  if (closed.length > 0) await deleteOpen(tx, nodeId, closed)
  if (open.size > 0) await insertOpen(tx, nodeId, [...open].map(([requestId, line]) => ({ requestId, line })))
  return decisions.map(({ record }) => record)
}

/**
 * Writes a decision for every call that a node let through and never told the end of. For nodes that are dead, and whose
 * spool is stored to its end; a second time there is nothing left to write.
 *
 * @returns the decisions, for the roll-ups
 */
export async function recordInterrupted(tx: Tx, nodeId: string): Promise<readonly DecisionRecord[]> {
  const decisions = (await takeOpen(tx, nodeId)).map((line) => {
    const record: DecisionRecord = { ...decodeDecision(line), usage: INTERRUPTED }
    return { line: encodeDecision(record), record }
  })
  await writeBlocks(tx, { nodeId, firstSequence: 0, lastSequence: 0 }, decisions)
  return decisions.map(({ record }) => record)
}

const INTERRUPTED: DecisionRecord['usage'] = {
  requests: 1, inputTokens: 0, outputTokens: 0, cachedTokens: 0, bytesIn: 0, bytesOut: 0, firstByteMs: 0, metered: false, ended: 'interrupted',
}

async function writeBlocks(tx: Tx, origin: Origin, decisions: readonly WrittenDecision[]): Promise<void> {
  if (decisions.length === 0) return
  const seal = sealOf(tx)
  const blocks = await Promise.all(grouped(decisions).map((group) => blockOf(seal, origin, group)))
  // Usually there since days, made by a job; a write is never lost because it is not.
  await makePartitions(tx, 'audit_journal', 0)
  await insertBlocks(tx, blocks)
}

interface Group {
  readonly workspaceId: string
  readonly minute: number
  readonly decisions: WrittenDecision[]
}

/**
 * By workspace, and by the minute in which calls began: a call that took an hour would else make its block an hour wide,
 * and reading the journal in order would have to open all blocks that overlap.
 */
function grouped(decisions: readonly WrittenDecision[]): readonly Group[] {
  const groups = new Map<string, Group>()
  let group: Group | undefined
  for (const decision of decisions) {
    const { workspaceId, atMs } = decision.record
    const minute = Math.floor(atMs / MINUTE_MS)
    if (group === undefined || group.workspaceId !== workspaceId || group.minute !== minute) {
      const name = `${minute} ${workspaceId}`
      group = groups.get(name) ?? { workspaceId, minute, decisions: [] }
      groups.set(name, group)
    }
    group.decisions.push(decision)
  }
  return [...groups.values()]
}

async function blockOf(seal: Seal, origin: Origin, { workspaceId, decisions }: Group): Promise<NewBlock> {
  let fromMs = Number.POSITIVE_INFINITY
  let toMs = Number.NEGATIVE_INFINITY
  const keyIds = new Set<string>()
  for (const { record } of decisions) {
    fromMs = Math.min(fromMs, record.atMs)
    toMs = Math.max(toMs, record.atMs)
    keyIds.add(record.keyId)
  }
  const block = await packBlock(decisions.map(({ line }) => line))
  const salt = seal.randomBytes(SALT_BYTES)
  const fields: Readonly<Record<string, string | Uint8Array>> = {
    node_id: origin.nodeId,
    first_sequence: String(origin.firstSequence),
    last_sequence: String(origin.lastSequence),
    workspace_id: workspaceId,
    decisions: String(decisions.length),
    block,
  }
  const commitments = new Map(Object.entries(fields).map(([field, value]) => [field, commitmentOf(seal.sha256, salt, field, value)]))
  return {
    node_id: origin.nodeId,
    first_sequence: origin.firstSequence,
    last_sequence: origin.lastSequence,
    workspace_id: workspaceId,
    from_at: new Date(fromMs),
    to_at: new Date(toMs),
    decisions: decisions.length,
    key_ids: [...keyIds],
    block,
    salt,
    leaf: leafOf(seal.sha256, commitments),
  }
}
