/** What the behaviours of this room need, handed in once at start. */
import type { Seal } from '#seal'
import type { Store } from '#store'

export interface DataplaneRoom {
  readonly store: Store
  readonly seal: Seal
  readonly nowMs: () => number
}
