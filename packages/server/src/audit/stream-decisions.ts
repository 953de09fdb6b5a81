/** Reads the journal block by block, for who looks at all of it: newest first, but for blocks that overlap. */
import type { Db } from '#store'
import { unpackBlock } from './block.ts'
import { selectBlocks, type BlockFilter } from './rows-journal.ts'

export type JournalRange = Pick<BlockFilter, 'workspaceId' | 'keyId' | 'from' | 'to'>

/** So many are in memory at once, packed; of those that are unpacked, one. */
const BLOCKS_AT_ONCE = 20

/**
 * The lines of one block after the other, as `decodeDecision` reads them. A block may hold lines from outside the range
 * and of other keys: who reads them looks.
 */
export async function* streamDecisions(db: Db, range: JournalRange): AsyncGenerator<readonly string[], void, void> {
  let after: BlockFilter['after']
  for (;;) {
    const blocks = await selectBlocks(db, { ...range, after, limit: BLOCKS_AT_ONCE })
    for (const { block } of blocks) yield await unpackBlock(block)
    const last = blocks.at(-1)
    if (last === undefined || blocks.length < BLOCKS_AT_ONCE) return
    after = { toAt: last.to_at, id: last.id }
  }
}
