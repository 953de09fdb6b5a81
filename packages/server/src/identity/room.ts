/** What the behaviours of this room need, handed in once at start. */
import type { Actor } from '#audit'
import type { GrantBounds } from '#edge'
import type { Seal } from '#seal'
import type { Db, Store, Tx } from '#store'

export interface IdentityRoom {
  readonly store: Store
  readonly seal: Seal
  readonly nowMs: () => number
  /** Whether the workspace has that plan. In a transaction it stays until that ends. */
  readonly hasPlan: (db: Db, workspaceId: string, planId: string) => Promise<boolean>
  /**
   * What the members of a change, as on the wire, make looser for the keys of an app.
   *
   * @throws ClavigerError `permission_missing` when one of the keys may more than the caller could grant
   */
  readonly refuseLooserApp: (tx: Tx, caller: Caller, appId: string, looser: readonly string[]) => Promise<void>
  /** How people reach this installation, without a slash at the end; stands in set-up links. */
  readonly publicUrl: string
  /** Settles when this process has taken the change at that position; at once where no feed runs. */
  readonly reached: (position: number) => Promise<unknown>
}

/** Who acts, and in which workspace. */
export interface Caller {
  readonly workspaceId: string
  readonly actor: Actor
  /** Of an operator's call: what may be granted. Left out by the machine itself. */
  readonly operator?: { readonly bounds: GrantBounds }
}

/** What is changed, and the revision that the caller saw; undefined: whatever it is now. */
export interface Target {
  readonly id: string
  readonly expectedRevision: number | undefined
}
