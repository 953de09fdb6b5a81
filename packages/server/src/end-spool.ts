/** The last thing of a process: its blocks of credits are settled, or it leaves word that they are not. */
import { messageOf } from '#config'
import type { Spool } from '#spool'
import type { Log } from '#store'

export interface EndSpoolOptions {
  readonly spool: Pick<Spool, 'pending' | 'close' | 'leave'>
  /** Blocks of credits that this process could not close. */
  readonly openBlocks: number
  /** Books what the stored lines say was spent of them, and frees the rest. */
  readonly settle: () => Promise<void>
  readonly log: Log
}

/**
 * A directory that stays is taken over by the next process that sees it, which stores what is left and settles the blocks. So
 * it may go only when both are done: else nobody ever would, and what is not spent of the blocks stayed reserved.
 */
export async function endSpool({ spool, openBlocks, settle, log }: EndSpoolOptions): Promise<void> {
  if (spool.pending() > 0) return spool.close()
  try {
    await settle()
  } catch (error) {
    log.warn(
      { openBlocks, cause: messageOf(error) },
      'what this process held of credits could not be settled; the next one with this data directory does it',
    )
    return spool.leave()
  }
  return spool.close()
}
