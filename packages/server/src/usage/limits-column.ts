/** Limits as they stand in a column of their owner, and what the data plane counts by. */
import type { LimitPolicy } from '@claviger/core'
import { limitPolicyOf, limitsSchema, type LimitOwner, type WireLimit } from './limit-schema.ts'

const NO_LIMITS: readonly WireLimit[] = []
const NO_POLICIES: readonly LimitPolicy[] = []

/**
 * The column is written by our own schema; it is read by it too, so that a hand-edited row is told and not obeyed.
 *
 * @param column as the driver reads it, or as `limitsToColumn` makes it
 * @throws ZodError
 */
export function limitsFromColumn(column: unknown): readonly WireLimit[] {
  const stored: unknown = typeof column === 'string' ? JSON.parse(column) : column
  return Array.isArray(stored) && stored.length === 0 ? NO_LIMITS : limitsSchema.parse(stored)
}

export const limitsToColumn = (limits: readonly WireLimit[]): string => JSON.stringify(limits)

/** @throws ZodError, as `limitsFromColumn` */
export function policiesFromColumn(column: unknown, owner: LimitOwner): readonly LimitPolicy[] {
  const limits = limitsFromColumn(column)
  return limits === NO_LIMITS ? NO_POLICIES : limits.map((limit) => limitPolicyOf(limit, owner))
}
