/** What the operations about the installation itself need, handed in once at start. */
import type { Geo } from '#geo'
import type { Seal } from '#seal'
import type { Store } from '#store'
import type { Readiness } from '../readiness.ts'

export interface HouseRoom {
  readonly store: Store
  readonly seal: Seal
  readonly nowMs: () => number
  /** Of the product. */
  readonly version: string
  readonly node: {
    readonly id: string
    readonly name: string
    readonly roles: readonly string[]
    readonly startedAtMs: number
  }
  readonly feed: { readonly position: number; ageMs(): number }
  readonly geo: Pick<Geo, 'state'>
  readonly readiness: () => Readiness
  /** Settles when this process has taken the change at that position. */
  readonly reached: (position: number) => Promise<unknown>
}
