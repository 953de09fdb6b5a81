/** What the behaviours of this room need, handed in once at start. */
import type { Actor } from '#audit'
import type { Seal } from '#seal'
import type { Store } from '#store'

export interface IdentityRoom {
  readonly store: Store
  readonly seal: Seal
  readonly nowMs: () => number
}

/** Who acts, and in which workspace. */
export interface Caller {
  readonly workspaceId: string
  readonly actor: Actor
}
