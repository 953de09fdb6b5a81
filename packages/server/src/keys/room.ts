/** What the behaviours of this room need, handed in once at start. */
import type { Actor } from '#audit'
import type { GrantBounds } from '#edge'
import type { Seal } from '#seal'
import type { Db, Store } from '#store'

export interface KeysRoom {
  readonly store: Store
  readonly seal: Seal
  readonly nowMs: () => number
  /** Rules of the workspace and the app that a new key must keep; undefined when the app is not this workspace's. */
  readonly findApp: (
    db: Db,
    workspaceId: string,
    appId: string,
  ) => Promise<{ readonly disabledAtMs: number | undefined } | undefined>
  /** Whether this server has a file that can answer where an address is. */
  readonly canLocate: (kind: 'country' | 'asn') => boolean
  /** No key of the workspace may live longer than this many seconds. */
  readonly maxKeyAgeSeconds: (db: Db, workspaceId: string) => Promise<number>
}

export interface PlansRoom extends KeysRoom {
  /** Apps that are not deleted. */
  readonly appsOnPlan: (db: Db, planId: string) => Promise<readonly string[]>
}

/** What the routes need beside the behaviours: to wait until this node, and to tell how many nodes, have applied a change. */
export interface KeysRoutesRoom extends PlansRoom {
  /** Whether this node has applied the change at that position; false when it has not in time. */
  readonly applied: (position: number) => Promise<boolean>
  /** Waits for this node like `applied`, and tells how many have: this one only when it has. */
  readonly acknowledgedBy: (position: number) => Promise<{ readonly acknowledged: number; readonly total: number }>
  /** After so many seconds without the feed, `deny` refuses. */
  readonly deniesAfterSeconds: number
}

/** Which key, and the revision that the caller saw; undefined: whatever it is now. */
export interface KeyTarget {
  readonly keyId: string
  readonly expectedRevision: number | undefined
}

/** Who acts, and in which workspace. */
export interface Caller {
  readonly workspaceId: string
  readonly actor: Actor
  /** Of an operator's call: what may be granted. Left out by the machine itself. */
  readonly operator?: { readonly bounds: GrantBounds }
}
