/** Which keys: the filters of the list and of orders on many keys. */
import { appIdsOfOwner } from '#identity'
import type { Db } from '#store'
import { tooMuchIn } from './over-maximum.ts'
import type { TooMuch } from './rows-over-maximum.ts'

export interface KeyFilter {
  readonly appId?: string | undefined
  /** Any of these. */
  readonly appIds?: readonly string[] | undefined
  readonly apiId?: string | undefined
  readonly roleId?: string | undefined
  readonly environment?: string | undefined
  readonly prefix?: string | undefined
  readonly tag?: string | undefined
  /** Keys of their own, and keys without an owner of their own in apps of theirs. */
  readonly owner?: string | undefined
  /** The admin key that made them. */
  readonly createdBy?: string | undefined
  readonly createdBefore?: Date | undefined
  /** Never used, or last before this instant; made before it too. */
  readonly unusedSince?: Date | undefined
  readonly seenFrom?: SeenFrom | undefined
  readonly overMaximum?: OverMaximum | undefined
  readonly dormant?: boolean | undefined
  readonly revoked?: boolean | undefined
  /** Undefined: whether they are deleted or not. */
  readonly deleted?: boolean | undefined
}

/** Living keys that hold more than a maximum of their apis lets them; or all others. */
export interface OverMaximum {
  readonly isWanted: boolean
  readonly at: Date
}

/** Presented from an address or range, with the right secret. */
export interface SeenFrom {
  /** `192.0.2.1` or `2001:db8::/32`. */
  readonly range: string
  readonly since: Date
}

/** A filter with what stands in other rooms read: SQL of this room can say the rest. */
export interface ResolvedFilter extends KeyFilter {
  readonly workspaceId: string
  readonly ownerAppIds: readonly string[]
  /** Read only when it is asked for. */
  readonly tooMuch: readonly TooMuch[]
}

export async function resolveFilter(db: Db, workspaceId: string, filter: KeyFilter): Promise<ResolvedFilter> {
  const { owner, overMaximum } = filter
  const ownerAppIds = owner === undefined ? [] : await appIdsOfOwner(db, workspaceId, owner)
  const tooMuch = overMaximum === undefined ? [] : await tooMuchIn(db, workspaceId, overMaximum.at)
  return { ...filter, workspaceId, ownerAppIds, tooMuch }
}
