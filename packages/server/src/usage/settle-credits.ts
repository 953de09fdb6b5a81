/**
 * What the spool tells of credits (decision 20). Each spend stands in the line of its call before the call is forwarded or
 * answered, so the lines of a process that was killed say exactly what it has spent of the blocks that it held.
 */
import { creditsOf } from '#audit'
import type { Tx } from '#store'
import { endBlocks, noteSpends } from './rows-credits.ts'

/**
 * Notes what a batch of a node's lines says. Call it last in the transaction that moves the node's cursor: it locks the
 * balances until the commit.
 */
export async function noteCreditSpends(tx: Tx, nodeId: string, lines: readonly string[]): Promise<void> {
  const units = new Map<number, number>()
  for (const line of lines)
    for (const spend of creditsOf(line)) units.set(spend.block, (units.get(spend.block) ?? 0) + spend.units)
  if (units.size === 0) return
  await noteSpends(
    tx,
    nodeId,
    [...units].map(([block, spent]) => ({ block, units: spent })),
  )
}

/**
 * Books what a dead node has spent and frees what it has not. Only when its spool is stored to its end. A draw that it had
 * sent and that arrives later is refused: nobody would account for it.
 *
 * @returns how many blocks there were
 */
export async function settleCredits(tx: Tx, nodeId: string): Promise<number> {
  return endBlocks(tx, nodeId)
}
