/** Credits in a lease store: units of the balance go into blocks of nodes, and are booked as spent when a block is closed. */
import type { CreditDraw, Returned } from '../lease-store.ts'
import { unitsFor, type Asking, type Sight } from './sight.ts'

export interface Block {
  readonly units: number
  /** As far as it is known before the block is closed. */
  readonly spent: number
}

export interface Account {
  /** Sum of the ledger. */
  readonly booked: number
  /** By node and number. */
  readonly blocks: ReadonlyMap<string, Block>
  /** Blocks that were closed while a draw into them was unanswered. */
  readonly closed?: ReadonlySet<string>
}

type Books = Map<string, Account>

const BLOCK_TTL_MS = 15_000
const TIGHT_TTL_MS = 500
/** Blocks come back soon; else only a grant helps. */
const RETURN_RETRY_MS = 250
const GRANT_RETRY_MS = 1_000

export const leasedOf = ({ blocks }: Account): number => [...blocks.values()].reduce((sum, { units }) => sum + units, 0)

export function credits(draw: CreditDraw, books: Books, asking: Asking): Sight {
  const account = books.get(draw.id) ?? { booked: 0, blocks: new Map<string, Block>() }
  const leased = leasedOf(account)
  const free = account.booked - leased
  const central = draw.alone || free < 8 * asking.liveNodes
  return {
    central,
    remaining: free,
    delayMs: asking.cost <= free ? 0 : Infinity,
    resetMs: Infinity,
    refusal: { resetMs: Infinity, retryMs: leased > 0 ? RETURN_RETRY_MS : GRANT_RETRY_MS },
    charge: (delayMs) => {
      const units = unitsFor(asking, draw.want, free, central)
      const name = nameOf(draw)
      if (account.closed?.has(name) === true) throw new Error('the draw came after its block was closed')
      const held = account.blocks.get(name) ?? { units: 0, spent: 0 }
      const block = { units: held.units + units, spent: held.spent + (draw.alone ? units : 0) }
      books.set(draw.id, { ...account, blocks: new Map(account.blocks).set(name, block) })
      const ttlMs = delayMs + Math.max(central ? TIGHT_TTL_MS : BLOCK_TTL_MS, asking.leastMs)
      return { units, ttlMs, bucket: draw.block, central, remaining: free - units, resetMs: Infinity, retryMs: 0 }
    },
  }
}

/** Closing twice is the same as closing once. */
export function closeBlock(books: Books, returned: Extract<Returned, { kind: 'credits' }>): void {
  const held = books.get(returned.id)
  if (held === undefined) return
  const name = nameOf(returned)
  const account = returned.doubted ? { ...held, closed: new Set(held.closed).add(name) } : held
  const block = account.blocks.get(name)
  const blocks = new Map(account.blocks)
  blocks.delete(name)
  books.set(returned.id, { ...account, booked: account.booked - Math.min(returned.spent, block?.units ?? 0), blocks })
}

const nameOf = ({ node, block }: { readonly node: string; readonly block: number }): string => `${node}:${block}`
