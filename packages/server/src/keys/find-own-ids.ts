/** Which keys stand behind public ids, as far as a workspace may know. */
import { selectAdminKeyIds } from '#identity'
import type { Db } from '#store'
import { selectKeyIds } from './rows.ts'

/** Of public ids of keys and admin keys, those that the workspace has or had, with the id of the key. */
export async function findOwnIds(
  db: Db,
  workspaceId: string,
  publicIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (publicIds.length === 0) return new Map()
  const found = await Promise.all([
    selectKeyIds(db, workspaceId, publicIds),
    selectAdminKeyIds(db, workspaceId, publicIds),
  ])
  return new Map(found.flat().map(({ publicId, id }) => [publicId, id]))
}
