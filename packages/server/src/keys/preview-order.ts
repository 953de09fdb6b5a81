/**
 * Previews an order on many keys: freezes the keys that would die, and answers what whoever gives the order must repeat.
 * So what dies is what was previewed, whatever is created or changed in between.
 */
import { makeId } from '@claviger/core'
import { appendEntry } from '#audit'
import type { Tx } from '#store'
import { describeKeys } from './describe-keys.ts'
import type { ResolvedFilter } from './key-filter.ts'
import type { Key } from './key.ts'
import type { Caller, KeysRoom } from './room.ts'
import { digestItems, freezeKeys, insertOrder, sampleKeys, updateOrder, type OrderRow } from './rows-orders.ts'

export type OrderKind = 'revoke_keys' | 'decommission_app' | 'decommission_owner'

/** What is asked for: the kind and its members as they stand on the wire. */
export interface OrderSubject {
  readonly kind: OrderKind
  readonly members: Readonly<Record<string, unknown>>
}

export interface WantedOrder {
  readonly subject: OrderSubject
  /** Apps that end with their keys. */
  readonly appIds?: readonly string[]
}

export interface OrderPreview {
  readonly order: OrderRow
  /** The newest of the keys that would die. */
  readonly sample: readonly Key[]
}

const SAMPLE_KEYS = 20
const CONFIRM_WITHIN_MS = 3_600_000

export async function previewOrder(
  room: KeysRoom,
  caller: Caller,
  wanted: WantedOrder,
  filtersOf: (tx: Tx) => Promise<readonly ResolvedFilter[]>,
): Promise<OrderPreview> {
  const { subject } = wanted
  return room.store.transaction(async (tx) => {
    const nowMs = room.nowMs()
    const id = makeId('ord', nowMs, room.seal.randomBytes(10))
    await insertOrder(tx, {
      id,
      workspace_id: caller.workspaceId,
      kind: subject.kind,
      state: 'previewed',
      subject: JSON.stringify(subject.members),
      app_ids: [...(wanted.appIds ?? [])],
      set_digest: '',
      confirm: id,
      keys_total: 0,
      actor: JSON.stringify(actorOf(caller)),
      created_at: new Date(nowMs),
      expires_at: new Date(nowMs + CONFIRM_WITHIN_MS),
    })
    for (const filter of await filtersOf(tx)) await freezeKeys(tx, id, filter)
    const { count, digest } = await digestItems(tx, id)
    const confirm = confirmOf(room, { id, setDigest: digest }, subject)
    const order = await updateOrder(tx, id, { set_digest: digest, confirm, keys_total: count })
    await appendEntry(tx, {
      workspaceId: caller.workspaceId,
      actor: caller.actor,
      operation: 'key_orders.preview',
      outcome: 'success',
      status: 200,
      resource: { type: 'key_order', id },
      values: { kind: subject.kind, ...subject.members, keys: count },
    })
    return { order, sample: await describeKeys(tx, await sampleKeys(tx, id, SAMPLE_KEYS)) }
  })
}

/** Says which preview, of what, with which keys: an order that names it cannot mean another one. */
export function confirmOf(
  { seal }: Pick<KeysRoom, 'seal'>,
  preview: { readonly id: string; readonly setDigest: string },
  subject: OrderSubject,
): string {
  const members = Object.entries(subject.members)
    .filter(([, value]) => value !== undefined)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
  const text = JSON.stringify(['order', preview.id, subject.kind, members, preview.setDigest])
  return Buffer.from(seal.sha256(text)).toString('base64url')
}

/** Who gives the order, as far as batches that a job carries out later can say it. */
export function actorOf({ actor }: Caller): Caller['actor'] {
  const { type, id, keyId, requestId } = actor
  return { type, id, ...(keyId !== undefined && { keyId }), ...(requestId !== undefined && { requestId }) }
}
