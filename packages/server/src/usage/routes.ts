/** The control API of this room: balances of credits and their ledgers. */
import { ClavigerError } from '@claviger/core'
import { z } from 'zod'
import { defineList, defineOperation, pageOf, wire, type Operation, type OperatorCall } from '#edge'
import { findNodes } from '#feed'
import {
  bookCredits,
  hasLedger,
  listCreditEntries,
  listOpenBlocks,
  readCredits,
  type NewCreditEntry,
} from './credits.ts'
import type { UsageRoom } from './room.ts'
import {
  accountParams as params,
  adjustBody,
  creditBalanceAnswer,
  creditBalanceToWire,
  creditEntryAnswer,
  creditEntryToWire,
  grantBody,
  refundBody,
  settleAnswer,
  settleBody,
} from './schemas-credits.ts'
import { settleByHand } from './settle-by-hand.ts'

type Room = UsageRoom
const nodeId = z.object({ id: wire.idOf('nod') })
const location = ({ account_id }: z.input<typeof creditEntryAnswer>): string => `/credits/${account_id}/entries`

const getCredits = defineOperation({
  operationId: 'getCredits',
  method: 'get',
  path: '/credits/{id}',
  tag: 'credits',
  summary: 'Read the balance of a key or an app.',
  description:
    'Processes draw units ahead and spend them without asking: `reserved` is what they hold, and the ledger is behind by it. A key or app that nothing was granted to has 0. It can be read when the key or app is gone.',
  permission: 'credits.read',
  params,
  status: 200,
  answer: creditBalanceAnswer,
  async handler(room: Room, call, { params: { id } }) {
    await expectLedger(room, call, id)
    const { db } = room.store
    const account = { workspaceId: call.workspaceId, accountId: id }
    const [balance, blocks] = await Promise.all([readCredits(db, call.workspaceId, id), listOpenBlocks(db, account)])
    const nodes = await findNodes(db, [...new Set(blocks.map((block) => block.nodeId))])
    return creditBalanceToWire(id, balance, { blocks, nodes })
  },
})

const listEntries = defineList({
  operationId: 'listCreditEntries',
  path: '/credits/{id}/entries',
  tag: 'credits',
  summary: 'List the ledger of a key or an app, newest first.',
  permission: 'credits.read',
  params,
  sort: '-number',
  oneOrder: true,
  item: creditEntryAnswer,
  async handler(room: Room, call, { params: { id }, page }) {
    await expectLedger(room, call, id)
    const account = { workspaceId: call.workspaceId, accountId: id }
    const before = page.after === undefined ? undefined : Number(page.after.value)
    const entries = await listCreditEntries(room.store.db, account, { before, limit: page.limit + 1 })
    return pageOf(entries, page, {
      place: (entry) => ({ value: entry.number, id }),
      item: (entry) => creditEntryToWire(id, entry),
    })
  },
})

const grantCredits = defineOperation({
  operationId: 'grantCredits',
  method: 'post',
  path: '/credits/{id}/grants',
  tag: 'credits',
  summary: 'Grant units to a key or an app.',
  description: 'A limit of the kind `credits` spends them. Refusals end within a second of the grant.',
  permission: 'credits.grant',
  errors: ['conflict'],
  params,
  body: grantBody,
  status: 201,
  answer: creditEntryAnswer,
  location,
  async handler(room: Room, call, { params: { id }, body }) {
    const { expires_at: endsAt } = body
    if (endsAt !== undefined && endsAt.getTime() <= room.nowMs()) {
      const detail = 'lies in the past'
      throw new ClavigerError('validation_failed', 'The grant would be over before it began.', {
        errors: [{ pointer: '/expires_at', detail }],
      })
    }
    await expectOwner(room, call, id)
    return book(room, call, { ...body, accountId: id, kind: 'grant', endsAt })
  },
})

const refundCredits = defineOperation({
  operationId: 'refundCredits',
  method: 'post',
  path: '/credits/{id}/refunds',
  tag: 'credits',
  summary: 'Give back what an entry spent, or a part of it.',
  description:
    'All refunds of one entry together are never more than it spent. What was spent of a grant that ends comes back without an end.',
  permission: 'credits.refund',
  errors: ['conflict'],
  params,
  body: refundBody,
  status: 201,
  answer: creditEntryAnswer,
  location,
  async handler(room: Room, call, { params: { id }, body }) {
    await expectOwner(room, call, id)
    return book(room, call, { ...body, accountId: id, kind: 'refund', about: body.entry })
  },
})

const adjustCredits = defineOperation({
  operationId: 'adjustCredits',
  method: 'post',
  path: '/credits/{id}/adjustments',
  tag: 'credits',
  summary: 'Correct a grant, a refund or an adjustment.',
  description:
    'Adds an entry that takes the other back, in whole or in part; never more than what is neither spent nor held by a process.',
  permission: 'credits.adjust',
  errors: ['conflict'],
  params,
  body: adjustBody,
  status: 201,
  answer: creditEntryAnswer,
  location,
  async handler(room: Room, call, { params: { id }, body }) {
    await (body.units !== undefined && body.units > 0 ? expectOwner : expectLedger)(room, call, id)
    return book(room, call, { ...body, accountId: id, kind: 'adjust', about: body.entry })
  },
})

const settleNode = defineOperation({
  operationId: 'settleNodeCredits',
  method: 'post',
  path: '/nodes/{id}/settle-credits',
  tag: 'credits',
  summary: 'Settle what a lost process held of credits.',
  description:
    'Only for a process whose data directory is lost: any other is settled from its spool by itself. It must have ended, or have been silent for five minutes. Concerns the balances of all workspaces.',
  permission: 'nodes.settle',
  errors: ['conflict'],
  params: nodeId,
  body: settleBody,
  status: 200,
  answer: settleAnswer,
  async handler(room: Room, call, { params: { id }, body }) {
    const settled = await settleByHand(room.store, call, { nodeId: id, ...body })
    return { node_id: id, ...settled }
  },
})

export const creditOperations: readonly Operation<UsageRoom>[] = [
  getCredits,
  listEntries,
  grantCredits,
  refundCredits,
  adjustCredits,
  settleNode,
]

type Booking = Omit<NewCreditEntry, 'reference' | 'units'> & {
  readonly units?: number | undefined
  readonly reference?: string | undefined
}

async function book(room: Room, call: OperatorCall, booking: Booking): Promise<z.input<typeof creditEntryAnswer>> {
  const { accountId, kind, units, note, endsAt, about, reference = call.requestId } = booking
  const entry = { accountId, kind, units, note, endsAt, about, reference }
  return creditEntryToWire(accountId, await bookCredits(room.store, call, entry))
}

/** To give, the key or app must be there. */
async function expectOwner(room: Room, call: OperatorCall, id: string): Promise<void> {
  if (!(await room.findCreditOwner(call, { id, purpose: 'giving' }))) throw unknown(id)
}

/** To look, and to take away, it is enough that it was there. */
async function expectLedger(room: Room, call: OperatorCall, id: string): Promise<void> {
  if (await hasLedger(room.store.db, call.workspaceId, id)) return
  if (!(await room.findCreditOwner(call, { id, purpose: 'looking' }))) throw unknown(id)
}

const unknown = (id: string): ClavigerError =>
  new ClavigerError('not_found', `There is no ${id.startsWith('app_') ? 'app' : 'key'} ${id}.`)
