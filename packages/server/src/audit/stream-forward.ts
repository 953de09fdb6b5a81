/**
 * Reads the journal in the order of its decisions, oldest first, for who runs the past again. Blocks hold what began in one
 * minute, and several blocks may be of the same one: so the lines of a minute are sorted when the last of them was read.
 */
import type { Db } from '#store'
import { FEWEST_BLOCKS, nextPage } from './block-pages.ts'
import { unpackBlock } from './block.ts'
import { headOf, UnreadableLine } from './decision-line.ts'
import { selectBlocksForward } from './rows-journal.ts'
import type { JournalRange } from './stream-decisions.ts'

/** A line of the journal, and the instant of its decision. */
export interface DatedLine {
  readonly atMs: number
  readonly keyId: string
  readonly line: string
}

const MINUTE_MS = 60_000

export type ForwardRange = JournalRange & { readonly from: Date }

/**
 * The wanted lines of one minute after the other; those of a minute are in memory at once.
 *
 * @param isWanted asked for every line that can be read; a block may hold lines of other keys and from outside the range
 */
export async function* streamForward(
  db: Db,
  range: ForwardRange,
  isWanted: (line: DatedLine) => boolean,
): AsyncGenerator<readonly DatedLine[], void, void> {
  let after: { readonly toAt: Date; readonly id: number } | undefined
  let minute: DatedLine[] = []
  let minuteMs = Number.NEGATIVE_INFINITY
  for (let limit = FEWEST_BLOCKS; ;) {
    const blocks = await selectBlocksForward(db, { ...range, after, limit })
    for (const { block, to_at } of blocks) {
      const startMs = Math.floor(to_at.getTime() / MINUTE_MS) * MINUTE_MS
      if (startMs > minuteMs) {
        if (minute.length > 0) yield inOrder(minute)
        minute = []
        minuteMs = startMs
      }
      for (const line of await unpackBlock(block)) {
        const dated = date(line)
        if (dated !== undefined && isWanted(dated)) minute.push(dated)
      }
    }
    const last = blocks.at(-1)
    if (last === undefined || blocks.length < limit) break
    after = { toAt: last.to_at, id: last.id }
    limit = nextPage(blocks, limit)
  }
  if (minute.length > 0) yield inOrder(minute)
}

/** Those of the same instant stay as they were written. */
const inOrder = (lines: readonly DatedLine[]): readonly DatedLine[] =>
  lines.toSorted((one, other) => one.atMs - other.atMs)

function date(line: string): DatedLine | undefined {
  try {
    const { atMs, keyId } = headOf(line)
    return { atMs, keyId, line }
  } catch (error) {
    if (error instanceof UnreadableLine) return undefined
    throw error
  }
}
