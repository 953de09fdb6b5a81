/**
 * Copies a batch of a node's spool into the journal, in the drain's transaction: one compressed block per workspace and minute.
 * The drain moves the node's cursor in the same transaction, so a batch that comes twice is written once.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { DecisionRecord } from '@claviger/gateway'
import { sealOf, type Seal } from '#seal'
import type { Tx } from '#store'
import { packBlock } from './block.ts'
import { decodeDecision, encodeDecision, headOf } from './decision-line.ts'
import { isEpisode } from './episode-line.ts'
import { keyTag } from './key-tag.ts'
import { commitmentOf, leafOf, SALT_BYTES } from './leaf.ts'
import { deleteOpen, insertBlocks, insertOpen, takeOpen, type BlockOrigin, type NewBlock } from './rows-journal.ts'
import { endEpisodes, writeEpisodes } from './write-episodes.ts'

const MINUTE_MS = 60_000
/** Lines that are sorted in one turn: calls under way do not wait for a whole batch. */
const SORTED_A_TURN = 500

/** A block is packed in one turn: of so many lines in less than two milliseconds. A reader unpacks it whole. */
const LINES_A_BLOCK = 4_000

/** Decisions of one workspace that began in the same minute. */
interface Group {
  readonly workspaceId: string
  readonly lines: string[]
  readonly keyTags: Set<number>
  fromMs: number
  toMs: number
}

/**
 * @param lines as they were made by `encodeOpening`, `encodeDecision` and `encodeEpisode`; the first has `firstSequence`
 * @returns the decisions among them, for the roll-ups; each is decoded when it is asked for
 * @throws UnreadableLine
 */
export async function writeJournal(
  tx: Tx,
  nodeId: string,
  firstSequence: number,
  lines: readonly string[],
): Promise<Iterable<DecisionRecord>> {
  const open = new Map<string, string>()
  const groups = new Groups()
  /** Decisions whose opening, if there was one, came in an earlier batch. */
  const closed: string[] = []
  const episodes: string[] = []
  for (const [at, line] of lines.entries()) {
    if (at % SORTED_A_TURN === SORTED_A_TURN - 1) await nextTurn()
    if (isEpisode(line)) {
      episodes.push(line)
      continue
    }
    const { kind, atMs, requestId, door, workspaceId, keyId } = headOf(line)
    if (kind === 'opening') {
      open.set(requestId, line)
      continue
    }
    groups.add(line, { atMs, workspaceId, keyId })
    if (!open.delete(requestId) && door !== 'verify' && door !== 'sdk') closed.push(requestId)
  }
  await writeGroups(tx, { nodeId, firstSequence, lastSequence: firstSequence + lines.length - 1 }, groups.all())
  if (closed.length > 0) await deleteOpen(tx, nodeId, closed)
  if (open.size > 0)
    await insertOpen(
      tx,
      nodeId,
      [...open].map(([requestId, line]) => ({ requestId, line })),
    )
  if (episodes.length > 0) await writeEpisodes(tx, nodeId, episodes)
  return decoded(groups.all())
}

/**
 * Writes a decision for every call that a node let through and never told the end of, and an entry for every failure mode
 * that it was using. For nodes that are dead, and whose spool is stored to its end; a second time there is nothing left to
 * write.
 *
 * @returns the decisions, for the roll-ups
 */
export async function recordInterrupted(tx: Tx, nodeId: string): Promise<Iterable<DecisionRecord>> {
  const groups = new Groups()
  const open = await takeOpen(tx, nodeId)
  await endEpisodes(tx, nodeId, open.filter(isEpisode))
  for (const line of open) {
    if (isEpisode(line)) continue
    const record: DecisionRecord = { ...decodeDecision(line), usage: INTERRUPTED }
    groups.add(encodeDecision(record), record)
  }
  await writeGroups(tx, { nodeId, firstSequence: 0, lastSequence: 0 }, groups.all())
  return decoded(groups.all())
}

const INTERRUPTED: DecisionRecord['usage'] = {
  requests: 1,
  inputTokens: 0,
  outputTokens: 0,
  cachedTokens: 0,
  bytesIn: 0,
  bytesOut: 0,
  firstByteMs: 0,
  metered: false,
  ended: 'interrupted',
}

/**
 * Sorts lines by workspace, and by the minute in which calls began: a call that took an hour would else make its block an
 * hour wide, and reading the journal in order would have to open all blocks that overlap.
 */
class Groups {
  readonly #groups = new Map<string, Group>()
  readonly #full: Group[] = []
  /** Most lines go where the one before them went. */
  #last: Group | undefined
  #lastMinute = 0

  add(line: string, { atMs, workspaceId, keyId }: Pick<DecisionRecord, 'atMs' | 'workspaceId' | 'keyId'>): void {
    const minute = Math.floor(atMs / MINUTE_MS)
    if (
      this.#last === undefined ||
      this.#lastMinute !== minute ||
      this.#last.workspaceId !== workspaceId ||
      this.#last.lines.length === LINES_A_BLOCK
    ) {
      this.#last = this.#group(workspaceId, minute, atMs)
      this.#lastMinute = minute
    }
    const group = this.#last
    group.lines.push(line)
    group.keyTags.add(keyTag(keyId))
    if (atMs < group.fromMs) group.fromMs = atMs
    if (atMs > group.toMs) group.toMs = atMs
  }

  all(): readonly Group[] {
    return [...this.#full, ...this.#groups.values()]
  }

  #group(workspaceId: string, minute: number, atMs: number): Group {
    const name = `${minute} ${workspaceId}`
    const held = this.#groups.get(name)
    if (held?.lines.length === LINES_A_BLOCK) this.#full.push(held)
    else if (held !== undefined) return held
    const group = {
      workspaceId,
      lines: [],
      keyTags: new Set<number>(),
      fromMs: atMs,
      toMs: atMs,
    }
    this.#groups.set(name, group)
    return group
  }
}

function decoded(groups: readonly Group[]): Iterable<DecisionRecord> {
  return {
    *[Symbol.iterator]() {
      for (const { lines } of groups) for (const line of lines) yield decodeDecision(line)
    },
  }
}

async function writeGroups(tx: Tx, origin: BlockOrigin, groups: readonly Group[]): Promise<void> {
  if (groups.length === 0) return
  const seal = sealOf(tx)
  const blocks: NewBlock[] = []
  for (const group of groups) {
    if (blocks.length > 0) await nextTurn()
    blocks.push(blockOf(seal, origin, group))
  }
  await insertBlocks(tx, origin, blocks)
}

function blockOf(seal: Seal, origin: BlockOrigin, group: Group): NewBlock {
  const { workspaceId, lines, keyTags, fromMs, toMs } = group
  const block = packBlock(lines)
  const salt = seal.randomBytes(SALT_BYTES)
  const fields: Readonly<Record<string, string | Uint8Array>> = {
    node_id: origin.nodeId,
    first_sequence: String(origin.firstSequence),
    last_sequence: String(origin.lastSequence),
    workspace_id: workspaceId,
    decisions: String(lines.length),
    block,
  }
  const commitments = new Map(
    Object.entries(fields).map(([field, value]) => [field, commitmentOf(seal.sha256, salt, field, value)]),
  )
  return {
    workspaceId,
    fromMs,
    toMs,
    decisions: lines.length,
    keyTags: [...keyTags],
    block,
    salt,
    leaf: leafOf(seal.sha256, commitments),
  }
}
