/**
 * The one-time link by which the first owner of a workspace gets an admin key. Its secret stands in the fragment, so it
 * reaches no log and no proxy; only its keyed hash is stored.
 */
import { ClavigerError, makeId, Secret } from '@claviger/core'
import { appendEntry } from '#audit'
import type { Tx } from '#store'
import { mintSecret, readSecret } from './admin-key.ts'
import { addAdminKey, type IssuedAdminKey } from './admin-keys.ts'
import { UNBOUNDED } from './grant-bounds.ts'
import type { Caller, IdentityRoom } from './room.ts'
import {
  burnSetupLink,
  endSetupLinks,
  insertSetupLink,
  selectLivingOwnerKey,
  selectSetupLink,
} from './rows-admin-keys.ts'

const LIFE_MS = 3_600_000

export interface SetupLink {
  /** Whole, with the secret after `#`. Shown once. */
  readonly url: Secret<string>
  readonly expiresAt: Date
}

/** Whether somebody holds an owner's key that is good now: without one, a start prints a set-up link. */
export async function hasOwner(room: IdentityRoom, workspaceId: string): Promise<boolean> {
  return (await selectLivingOwnerKey(room.store.db, workspaceId, new Date(room.nowMs()))) !== undefined
}

/** Makes a link and ends the ones before it. It is good for one use within one hour. */
/** @param keyExpiresAt the owner's key that the link makes may not outlive the key that makes the link; null: none does */
export async function createSetupLink(
  room: IdentityRoom,
  caller: Caller,
  keyExpiresAt: Date | null,
): Promise<SetupLink> {
  return room.store.transaction(async (tx) => addSetupLink(room, tx, caller, keyExpiresAt))
}

export async function addSetupLink(
  room: IdentityRoom,
  tx: Tx,
  caller: Caller,
  keyExpiresAt: Date | null,
): Promise<SetupLink> {
  const now = new Date(room.nowMs())
  const expiresAt = new Date(now.getTime() + LIFE_MS)
  const { secret, columns } = mintSecret(room.seal, 'setup')
  await endSetupLinks(tx, caller.workspaceId, now)
  const id = makeId('hnd', now.getTime(), room.seal.randomBytes(10))
  await insertSetupLink(tx, {
    id,
    workspace_id: caller.workspaceId,
    ...columns,
    expires_at: expiresAt,
    key_expires_at: keyExpiresAt,
    created_at: now,
  })
  await appendEntry(tx, {
    workspaceId: caller.workspaceId,
    actor: caller.actor,
    operation: 'setup_links.create',
    outcome: 'success',
    status: 201,
    resource: { type: 'setup_link', id },
    values: { expires_at: expiresAt.toISOString() },
  })
  const { publicUrl } = room
  return { url: new Secret(`${publicUrl}/api/setup#${secret.reveal()}`), expiresAt }
}

/**
 * Uses the link up and makes the owner's key. Of two who come at once, one gets a key.
 *
 * @throws ClavigerError `credential_invalid` for a secret that is none; `gone` when the link was used or has expired
 */
export async function completeSetup(
  room: IdentityRoom,
  actor: Caller['actor'],
  wanted: { readonly presented: string; readonly ownerName: string },
): Promise<IssuedAdminKey> {
  const read = readSecret(wanted.presented, 'setup')
  if ('reason' in read) throw invalid()
  return room.store.transaction(async (tx) => {
    const link = await selectSetupLink(tx, read.publicId)
    if (link === undefined) throw invalid()
    const digest = room.seal.digestUnder(link.pepper_version, wanted.presented)
    if (digest === undefined || !room.seal.equal(digest, link.digest)) throw invalid()
    // The update is the decision: it waits for a competitor's and then finds the link used.
    if (!(await burnSetupLink(tx, link.id, new Date(room.nowMs())))) {
      throw new ClavigerError(
        'gone',
        'This set-up link was used or has expired. Make a new one on the machine itself: npx claviger admin setup-link',
      )
    }
    const caller: Caller = { workspaceId: link.workspace_id, actor: { ...actor, type: 'setup', id: link.id } }
    return addAdminKey(room, tx, caller, {
      name: wanted.ownerName,
      role: 'owner',
      bounds: UNBOUNDED,
      expiresAt: link.key_expires_at,
    })
  })
}

function invalid(): ClavigerError {
  return new ClavigerError('credential_invalid', 'This set-up link is not one of ours. Check that it was copied whole.')
}
