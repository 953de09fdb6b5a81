/** The control API of the shield: whom it makes wait, and the end of it. */
import { defineList, defineOperation, pageOf, wire, type Operation } from '#edge'
import type { UsageRoom } from './room.ts'
import { blockAnswer, blockFilters, blockToWire, liftAnswer, liftBody } from './schemas-shield.ts'
import { liftShieldBlock, listShieldBlocks, placeOf } from './shield-blocks.ts'
import { shieldedRange } from './shield.ts'

const listBlocks = defineList({
  operationId: 'listShieldBlocks',
  path: '/shield/blocks',
  tag: 'shield',
  summary: 'List who is told to wait, by kind and subject.',
  description:
    'Each process counts for itself; `node_id` says which one, `here` that it is the one that answers. Of keys, those of the workspace; addresses and prefixes belong to no workspace, and are shown to operators of the first one.',
  permission: 'shield.read',
  query: blockFilters,
  sort: 'subject',
  oneOrder: true,
  item: blockAnswer,
  async handler(room: UsageRoom, call, { query, page }) {
    const { kind, subject } = query
    const wanted = subject === undefined ? undefined : (shieldedRange(subject) ?? subject)
    const blocks = (await listShieldBlocks(room, call)).filter(
      (block) => (kind === undefined || block.scope === kind) && (wanted === undefined || block.subject === wanted),
    )
    const after = String(page.after?.value ?? '')
    const rest = blocks.filter((block) => placeOf(block) > after)
    return pageOf(rest.slice(0, page.limit + 1), page, {
      place: (block) => ({ value: placeOf(block), id: '' }),
      item: blockToWire,
    })
  },
})

const liftBlock = defineOperation({
  operationId: 'liftShieldBlock',
  method: 'post',
  path: '/shield/lift',
  tag: 'shield',
  summary: 'End the block of an address, a key or a prefix.',
  description:
    'In every process, and with it the failures that led to it: it has all of them free again. Lifting what is not blocked does no harm. Addresses and prefixes are lifted by operators of the first workspace.',
  permission: 'shield.lift',
  errors: ['not_found'],
  body: liftBody,
  status: 200,
  answer: liftAnswer,
  async handler(room: UsageRoom, call, { body: { kind, subject: said } }) {
    const subject = kind === 'address' ? (shieldedRange(said) ?? said) : said
    await room.reached(await liftShieldBlock(room, call, { scope: kind, subject }))
    return { kind, subject, lifted_at: wire.instantText(new Date(room.nowMs())) }
  },
})

export const shieldOperations: readonly Operation<UsageRoom>[] = [listBlocks, liftBlock]
