/**
 * What a process held of credits when its disk was lost with it: nobody can tell any more what it had spent, so somebody
 * decides (decision 5). Each balance that it concerns gets an entry in the audit log of its own workspace.
 */
import { ClavigerError } from '@claviger/core'
import { appendEntry } from '#audit'
import { findNodes, type NodeFacts } from '#feed'
import type { Store, Tx } from '#store'
import type { CreditCaller } from './credits.ts'
import { lockBlocksOf, lockNode, noteAllSpent, settleBlocks, type HeldBlockRow } from './rows-credits.ts'

/** `spent`: all that it held counts as spent. `free`: only what its spool has told; the rest can be spent again. */
export type SettleAs = 'spent' | 'free'

export interface SettledByHand {
  readonly blocks: number
  readonly units: number
  /** Of these. */
  readonly spent: number
}

/** A process that is only cut off gives nothing out of its blocks after 30 s, and has closed them long before this. */
const SILENT_MS = 300_000

/**
 * Blocks that were opened since then stay: a process that comes back while this is decided may spend of them.
 *
 * @throws ClavigerError `not_found` for a process that nobody knows and that holds nothing; `conflict` for one that lives, or
 *   that has been silent for less than five minutes, or whose blocks are all younger
 */
export async function settleByHand(
  store: Pick<Store, 'transaction'>,
  caller: CreditCaller,
  { nodeId, as, note }: { readonly nodeId: string; readonly as: SettleAs; readonly note: string },
): Promise<SettledByHand> {
  return store.transaction(async (tx) => {
    // from here on it draws nothing, until this is decided
    await lockNode(tx, nodeId)
    const [node] = await findNodes(tx, [nodeId])
    const all = await lockBlocksOf(tx, nodeId)
    if (node === undefined && all.length === 0) throw new ClavigerError('not_found', `There is no process ${nodeId}.`)
    refuseLiving(node)
    const held = all.filter(({ age_ms }) => age_ms >= SILENT_MS)
    if (held.length === 0 && all.length > 0)
      throw new ClavigerError(
        'conflict',
        `What ${nodeId} holds was drawn within the last ${SILENT_MS / 1_000} s: it may still spend it. Settle it later.`,
      )
    const numbers = held.map((block) => block.number)
    if (as === 'spent') await noteAllSpent(tx, nodeId, numbers)
    await settleBlocks(tx, nodeId, numbers)
    const settled = sumOf(held, as)
    const values = { node_id: nodeId, settled_as: as, note }
    await appendEntry(tx, {
      ...caller,
      operation: 'nodes.settle_credits',
      outcome: 'success',
      status: 200,
      resource: { type: 'node', id: nodeId },
      values: { ...values, ...settled },
    })
    for (const [accountId, blocks] of Map.groupBy(held, (block) => block.account_id))
      await tellAccount(tx, caller, { accountId, blocks, values: { ...values, ...sumOf(blocks, as) } })
    return settled
  })
}

function refuseLiving(node: NodeFacts | undefined): void {
  if (node === undefined || node.state === 'ended' || node.silentMs >= SILENT_MS) return
  const detail =
    node.state === 'live'
      ? `${node.id} lives, and accounts for what it holds itself.`
      : `${node.id} was heard ${Math.round(node.silentMs / 1_000)} s ago. Settle it when it has been silent for ${SILENT_MS / 1_000} s.`
  throw new ClavigerError('conflict', detail)
}

/** Nobody of another workspace is named there. */
async function tellAccount(
  tx: Tx,
  { workspaceId, actor }: CreditCaller,
  told: {
    readonly accountId: string
    readonly blocks: readonly HeldBlockRow[]
    readonly values: Record<string, unknown>
  },
): Promise<void> {
  const owner = told.blocks[0]?.workspace_id ?? workspaceId
  await appendEntry(tx, {
    workspaceId: owner,
    actor: owner === workspaceId ? actor : { type: 'system', id: 'installation' },
    operation: 'credits.settle',
    outcome: 'success',
    status: 200,
    resource: { type: 'credits', id: told.accountId },
    values: told.values,
  })
}

function sumOf(blocks: readonly HeldBlockRow[], as: SettleAs): SettledByHand {
  const units = blocks.reduce((sum, block) => sum + block.units, 0)
  const spent = as === 'spent' ? units : blocks.reduce((sum, block) => sum + block.spent, 0)
  return { blocks: blocks.length, units, spent }
}
