/** What the operations of this room need, handed in once at start. */
import type { GrantBounds } from '#edge'
import type { Store } from '#store'
import type { CreditCaller } from './credits.ts'

export interface UsageRoom {
  readonly store: Store
  readonly nowMs: () => number
  /** Whether the caller's workspace has that key or app. @throws ClavigerError when the caller may not give it anything */
  readonly findCreditOwner: (
    caller: CreditCaller & { readonly operator: { readonly bounds: GrantBounds } },
    owner: { readonly id: string; readonly purpose: 'giving' | 'looking' },
  ) => Promise<boolean>
}
