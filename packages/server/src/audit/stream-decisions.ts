/** Reads the journal block by block, for who looks at all of it: newest first, but for blocks that overlap. */
import type { Db } from '#store'
import { FEWEST_BLOCKS, nextPage } from './block-pages.ts'
import { unpackBlock } from './block.ts'
import { selectBlocks, type BlockFilter } from './rows-journal.ts'

export type JournalRange = Pick<BlockFilter, 'workspaceId' | 'keyId' | 'from' | 'to'>

/**
 * The lines of one block after the other, as `decodeDecision` reads them. A block may hold lines from outside the range
 * and of other keys: who reads them looks.
 */
export async function* streamDecisions(db: Db, range: JournalRange): AsyncGenerator<readonly string[], void, void> {
  let after: BlockFilter['after']
  for (let limit = FEWEST_BLOCKS; ;) {
    const blocks = await selectBlocks(db, { ...range, after, limit })
    for (const { block } of blocks) yield await unpackBlock(block)
    const last = blocks.at(-1)
    if (last === undefined || blocks.length < limit) return
    after = { toAt: last.to_at, id: last.id }
    limit = nextPage(blocks, limit)
  }
}
