/**
 * Secret members of an answer, sealed for one more showing (decision 15): to the same caller, under the same
 * Idempotency-Key, within a short while. Reading burns it.
 */
import { makeId } from '@claviger/core'
import { z } from 'zod'
import type { Place, Seal } from '#seal'
import type { Tx } from '#store'
import { insertHandover, selectAnyHandover, takeHandover, type UseOf } from './rows.ts'

/** How long after the first answer. */
export const HANDOVER_MS = 10 * 60_000

const KIND = 'handover'
const secrets = z.record(z.string(), z.unknown())

export type SecretMembers = z.output<typeof secrets>

export interface HandoverOf extends UseOf {
  readonly workspaceId: string
  readonly nowMs: number
}

export async function keepHandover(seal: Seal, tx: Tx, use: HandoverOf, members: SecretMembers): Promise<void> {
  const id = makeId('hnd', use.nowMs, seal.randomBytes(10))
  const plaintext = new TextEncoder().encode(JSON.stringify(members))
  try {
    await insertHandover(tx, {
      id,
      workspace_id: use.workspaceId,
      admin_key_id: use.adminKeyId,
      key_hash: use.keyHash,
      sealed: Buffer.from(await seal.sealRecord(tx, placeOf(use.workspaceId, id), plaintext)),
      expires_at: new Date(use.nowMs + HANDOVER_MS),
    })
  } finally {
    plaintext.fill(0)
  }
}

/** @returns undefined when it was read before, or is too old */
export async function burnHandover(seal: Seal, tx: Tx, use: HandoverOf): Promise<SecretMembers | undefined> {
  const row = await takeHandover(tx, use, new Date(use.nowMs))
  if (row === undefined) return undefined
  const plaintext = (await seal.openRecord(tx, placeOf(use.workspaceId, row.id), row.sealed)).reveal()
  try {
    return secrets.parse(JSON.parse(new TextDecoder().decode(plaintext)))
  } finally {
    plaintext.fill(0)
  }
}

/** Lets `doctor` open the newest handover. To be called once at start. */
export function registerHandoverSamples(seal: Seal): void {
  seal.registerSample(KIND, async (db) => {
    const row = await selectAnyHandover(db)
    return row === undefined ? undefined : { place: placeOf(row.workspace_id, row.id), sealed: row.sealed }
  })
}

function placeOf(workspaceId: string, id: string): Place {
  return { workspaceId, table: 'http_handover', recordId: id, version: 1, kind: KIND }
}
