/** Who is told to wait, for people; and the end of it, in every process. */
import { ClavigerError } from '@claviger/core'
import { appendEntry } from '#audit'
import type { OperatorCall } from '#edge'
import { appendChange, type Change } from '#feed'
import type { UsageRoom } from './room.ts'
import { deleteToldBlock, selectToldBlocks, type ToldBlock } from './rows-shield.ts'
import { toldBlocks } from './shield-board.ts'
import { SHIELD_SCOPES, type ShieldSubject } from './shield.ts'

export interface SeenBlock extends ToldBlock {
  /** Of a key: its id. */
  readonly ownId: string | undefined
  /** Of the process that answers. */
  readonly isHere: boolean
}

/**
 * The blocks that the caller may see, in the order of their places: those of keys and admin keys of the workspace; to operators of the
 * first workspace those of addresses and prefixes too, for they are of no workspace. An id that is nobody's is shown to
 * nobody: it would tell which ids other workspaces have.
 */
export async function listShieldBlocks(room: UsageRoom, call: OperatorCall): Promise<readonly SeenBlock[]> {
  const { store, shield, nowMs } = room
  const here = toldBlocks(shield.blocks(), nowMs()).map((block) => ({ ...block, nodeId: shield.nodeId, isHere: true }))
  const told = await selectToldBlocks(store.db, shield.nodeId, new Date(nowMs()))
  const blocks = [...here, ...told.map((block) => ({ ...block, isHere: false }))]
  const ids = blocks.filter(({ scope }) => scope === 'key').map(({ subject }) => subject)
  const own = await room.findOwnIds(call.workspaceId, [...new Set(ids)])
  return blocks
    .map((block) => ({ ...block, ownId: block.scope === 'key' ? own.get(block.subject) : undefined }))
    .filter(({ scope, ownId }) => (scope === 'key' ? ownId !== undefined : call.operator.isHome))
    .sort((one, other) => compareText(placeOf(one), placeOf(other)))
}

/** Where it stands in the list. Not by its times: they are told by another clock, which moves between two pages. */
export function placeOf({ nodeId, scope, subject }: ToldBlock): string {
  return `${scope} ${subject} ${nodeId}`
}

/**
 * Ends the blocks of a subject in every process, and forgets the failures that led to them.
 *
 * @returns the position in the feed at which all processes have heard
 * @throws ClavigerError `not_found` for the public id of a key that the workspace has not; `permission_missing` for addresses
 *   and prefixes, unless the operator is of the first workspace
 */
export async function liftShieldBlock(room: UsageRoom, call: OperatorCall, lifted: ShieldSubject): Promise<number> {
  const { scope, subject } = lifted
  if (scope !== 'key' && !call.operator.isHome)
    throw new ClavigerError(
      'permission_missing',
      'Addresses and prefixes belong to no workspace: only operators of the first workspace may lift their blocks.',
    )
  const ownId = scope === 'key' ? (await room.findOwnIds(call.workspaceId, [subject])).get(subject) : undefined
  if (scope === 'key' && ownId === undefined)
    throw new ClavigerError('not_found', `There is no key with the public id ${subject}.`)
  const { workspaceId, actor } = call
  return room.store.transaction(async (tx) => {
    await deleteToldBlock(tx, lifted)
    await appendEntry(tx, {
      workspaceId,
      actor,
      operation: 'shield.lift',
      outcome: 'success',
      status: 200,
      resource: { type: 'shield_block', id: subject },
      values: { kind: scope, ...(ownId !== undefined && { key_id: ownId }) },
    })
    return appendChange(tx, { workspaceId, kind: 'edit', subjectType: 'shield', subjectId: subject, detail: { scope } })
  })
}

/** What a process hears of it. Undefined: the change is about something else. */
export function liftedBy({ subjectType, subjectId, detail }: Change): ShieldSubject | undefined {
  const scope = SHIELD_SCOPES.find((known) => known === detail['scope'])
  return subjectType === 'shield' && scope !== undefined ? { scope, subject: subjectId } : undefined
}

const compareText = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0)
