/** Which of several declared policies holds while revocations cannot be read. */
import type { FeedLossPolicy, KeyPart } from './parts.ts'

export function isStricterFeedLoss(one: FeedLossPolicy, other: FeedLossPolicy): boolean {
  if (one.mode === 'deny' || other.mode === 'deny') return one.mode === 'deny' && other.mode !== 'deny'
  return one.maxStaleMs < other.maxStaleMs
}

const NOBODY: FeedLossPolicy = { mode: 'deny' }

/** That of the api that was named; else the strictest of the key's. What nobody declares is denied. */
export function feedLossPolicyOf({ apis }: Pick<KeyPart, 'apis'>, apiId: string | undefined): FeedLossPolicy {
  let strictest: FeedLossPolicy | undefined
  for (const { current } of apis) {
    if (apiId !== undefined && current.id !== apiId) continue
    if (strictest === undefined || isStricterFeedLoss(current.onFeedLoss, strictest)) strictest = current.onFeedLoss
  }
  return strictest ?? NOBODY
}
