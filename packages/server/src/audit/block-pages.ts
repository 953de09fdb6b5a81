/** How many blocks of the journal are read at once: few large ones, many small ones. */
import type { BlockRow } from './rows-journal.ts'

/** So many are in memory at once, packed, of whichever size. */
export const FEWEST_BLOCKS = 20
const MOST_BLOCKS = 640
const PAGE_BYTES = 2 * 1024 * 1024

/** @param blocks the page before, which was asked for with that limit */
export function nextPage(blocks: readonly Pick<BlockRow, 'block'>[], limit: number): number {
  const bytes = blocks.reduce((sum, { block }) => sum + block.byteLength, 0)
  return bytes * 2 <= PAGE_BYTES ? Math.min(MOST_BLOCKS, limit * 2) : Math.max(FEWEST_BLOCKS, Math.floor(limit / 2))
}
