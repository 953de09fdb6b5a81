/** Whether a changed list of limits lets nobody do more than the list before it. */
import { isDeepStrictEqual } from 'node:util'
import type { WireLimit } from './limit-schema.ts'

/** Each limit that refuses is still there, as it is or with a smaller number; others may have come. */
export const areLimitsKept = (list: readonly WireLimit[], before: readonly WireLimit[]): boolean =>
  before.every((held) => isKept(list, held))

function isKept(list: readonly WireLimit[], held: WireLimit): boolean {
  if (held.mode === 'shadow') return true
  return list.some(
    (each) =>
      isDeepStrictEqual(each, held) ||
      ('limit' in each &&
        'limit' in held &&
        each.limit <= held.limit &&
        isDeepStrictEqual({ ...each, limit: held.limit }, held)),
  )
}
