/** What of a key can be changed; what is left out stays as it is. */
import type { Restriction } from '@claviger/core'
import type { WireLimit } from '#usage'

export interface KeyChange {
  readonly name?: string | undefined
  /** Null: whoever owns the app. */
  readonly owner?: string | null | undefined
  readonly tags?: readonly string[] | undefined
  readonly apiIds?: readonly string[] | undefined
  readonly scopes?: readonly string[] | undefined
  readonly roleIds?: readonly string[] | undefined
  /** Why it holds wildcards. */
  readonly grantReason?: string | null | undefined
  readonly restrictions?: readonly Restriction[] | undefined
  readonly limits?: readonly WireLimit[] | undefined
  /** Null: the plan of its app. */
  readonly planId?: string | null | undefined
  readonly metadata?: Readonly<Record<string, unknown>> | undefined
  readonly notBefore?: Date | null | undefined
  readonly expiresAt?: Date | undefined
  /** Null: as the workspace has it. */
  readonly dormantAfterDays?: number | null | undefined
  /** A disabled key refuses until it is enabled again. */
  readonly disabled?: boolean | undefined
}
