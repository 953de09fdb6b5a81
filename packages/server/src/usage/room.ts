/** What the operations of this room need, handed in once at start. */
import type { GrantBounds } from '#edge'
import type { Store } from '#store'
import type { CreditCaller } from './credits.ts'
import type { ShieldBlock } from './shield.ts'

export interface UsageRoom {
  readonly store: Store
  readonly nowMs: () => number
  /** Whether the caller's workspace has that key or app. @throws ClavigerError when the caller may not give it anything */
  readonly findCreditOwner: (
    caller: CreditCaller & { readonly operator: { readonly bounds: GrantBounds } },
    owner: { readonly id: string; readonly purpose: 'giving' | 'looking' },
  ) => Promise<boolean>
  /** The shield of this process. */
  readonly shield: { readonly nodeId: string; readonly blocks: () => readonly ShieldBlock[] }
  /** Of public ids of keys and admin keys, those that the workspace has, with the id of the key. */
  readonly findOwnIds: (workspaceId: string, publicIds: readonly string[]) => Promise<ReadonlyMap<string, string>>
  /** Settles when this process has taken in the change at that position. */
  readonly reached: (position: number) => Promise<unknown>
}
