/** The seal over HTTP: are all keys what they should be, and new ones of the kinds that are rotated by hand. */
import { z } from 'zod'
import { appendEntry } from '#audit'
import { defineOperation, wire, type OperatorCall } from '#edge'
import { appendChange } from '#feed'
import type { Tx } from '#store'
import type { HouseRoom } from './room.ts'

const SealCheck = z
  .object({
    seal: z.object({ type: z.string(), id: z.string() }),
    healthy: z.boolean(),
    keys: z.array(z.object({ key_id: z.string(), state: z.string(), problem: z.string().nullable() })),
    samples: z
      .array(
        z.object({ kind: z.string(), outcome: z.enum(['opened', 'none', 'failed']), problem: z.string().nullable() }),
      )
      .meta({ description: 'One stored ciphertext of each kind, opened and thrown away.' }),
  })
  .meta({ id: 'SealCheck' })

const Rotation = z
  .object({ purpose: z.string(), version: z.int(), rotated_at: wire.instant })
  .meta({ id: 'SealRotation' })

export const sealOperations = [
  defineOperation({
    operationId: 'checkSeal',
    method: 'get',
    path: '/seal',
    tag: 'installation',
    summary: 'Check every key of the seal and open a sample of every kind of ciphertext.',
    permission: 'seal.read',
    status: 200,
    answer: SealCheck,
    handler: async (room: HouseRoom) => {
      const [status, keys, samples] = await Promise.all([
        room.seal.status(),
        room.seal.checkAll(),
        room.seal.openSamples(),
      ])
      return {
        seal: { type: status.sealType, id: status.sealId },
        healthy: [...keys, ...samples].every((check) => check.problem === undefined),
        keys: keys.map((check) => ({ key_id: check.keyId, state: check.state, problem: check.problem ?? null })),
        samples: samples.map((check) => ({ kind: check.kind, outcome: check.outcome, problem: check.problem ?? null })),
      }
    },
  }),
  defineOperation({
    operationId: 'rotateKeyring',
    method: 'post',
    path: '/seal/rotate-keyring',
    tag: 'installation',
    summary: 'Make a new keyring term.',
    description:
      'The keys of all workspaces are wrapped anew in the background; the old term is destroyed with the last of them.',
    permission: 'seal.rotate',
    status: 200,
    answer: Rotation,
    handler: async (room: HouseRoom, call) => {
      const { version } = await room.store.transaction(async (tx) => {
        const rotated = await room.seal.rotateKeyring(tx)
        await recordRotation(tx, call, 'keyring', rotated.version)
        return rotated
      })
      return { purpose: 'keyring', version, rotated_at: wire.instantText(new Date(room.nowMs())) }
    },
  }),
  defineOperation({
    operationId: 'rotatePepper',
    method: 'post',
    path: '/seal/rotate-pepper',
    tag: 'installation',
    summary: 'Make a new pepper.',
    description:
      'New keys are hashed under it; the hashes of others move to it as they are used. Keys stay as they are.',
    permission: 'seal.rotate',
    status: 200,
    answer: Rotation,
    handler: async (room: HouseRoom, call) => {
      const { version, position } = await room.store.transaction(async (tx) => {
        const rotated = await room.seal.rotatePepper(tx)
        await recordRotation(tx, call, 'pepper', rotated.version)
        return { ...rotated, position: await tellRotation(tx, call, 'pepper', rotated.version) }
      })
      await room.seal.refresh()
      await room.reached(position)
      return { purpose: 'pepper', version, rotated_at: wire.instantText(new Date(room.nowMs())) }
    },
  }),
  defineOperation({
    operationId: 'rotateIdentityKey',
    method: 'post',
    path: '/seal/rotate-identity-key',
    tag: 'installation',
    summary: 'Sign identity tokens under the key that is published as the next one.',
    description:
      'The next one after it is published in `/authz/jwks.json` at once; the one before stays there for an hour. It happens by itself every 90 days.',
    permission: 'seal.rotate',
    status: 200,
    answer: Rotation,
    handler: async (room: HouseRoom, call) => {
      const { version, position } = await room.store.transaction(async (tx) => {
        const rotated = await room.seal.rotateIdentityKey(tx)
        await recordRotation(tx, call, 'identity', rotated.version)
        return { ...rotated, position: await tellRotation(tx, call, 'identity_key', rotated.version) }
      })
      await room.seal.refresh()
      await room.reached(position)
      return { purpose: 'identity', version, rotated_at: wire.instantText(new Date(room.nowMs())) }
    },
  }),
]

async function recordRotation(tx: Tx, call: OperatorCall, purpose: string, version: number): Promise<void> {
  await appendEntry(tx, {
    workspaceId: call.workspaceId,
    actor: call.actor,
    operation: 'seal.rotate',
    outcome: 'success',
    status: 200,
    resource: { type: purpose, id: 'installation' },
    values: { purpose, version },
  })
}

async function tellRotation(
  tx: Tx,
  call: OperatorCall,
  subjectType: 'pepper' | 'identity_key',
  version: number,
): Promise<number> {
  return appendChange(tx, {
    workspaceId: call.workspaceId,
    kind: 'edit',
    subjectType,
    subjectId: String(version),
    detail: { version },
  })
}
