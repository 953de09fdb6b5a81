/**
 * `POST /api/v1/keys/verify/open`: an embedded verifier sees a key for the first time, and asks for all that it needs to decide
 * about it by itself (decision 24). Nothing is decided, charged or journaled; what is unknown is counted as everywhere.
 */
import { partsToWire, type WireParts } from '@claviger/core'
import { answerProbing, knownKeyOf, whenKnown, type Asked, type Found } from './verify-question.ts'

export function openKey(asked: Asked): void {
  const { context, request } = asked
  const waitMs = request.clientIp === undefined ? 0 : context.ports.counters.shieldedForMs(request.clientIp)
  if (waitMs > 0) return answerProbing(asked, waitMs)
  const { changes } = context.ports.snapshots
  // before the key is looked up: what it is answered with is at least as new
  const place = { log_id: changes.logId, position: changes.takenIn }
  whenKnown(asked.fail, context.ports.snapshots.find(request.key), (lookup) => {
    const found = knownKeyOf(asked, lookup)
    if (found === undefined) return
    const answer = { ...partsOf(asked, found), ...place, request_id: asked.received.requestId }
    asked.reply(JSON.stringify({ valid: null, ...answer }))
  })
}

/** Outside the snapshot too: the feed may have been faster than the cache. */
function partsOf({ context, verifier }: Asked, { key, version }: Found): WireParts {
  // whose app or workspace is disabled is told that: the feed hurries such news like a revocation
  const isDisabled = (key.app.current.disabledAtMs ?? key.workspace.current.disabledAtMs) !== undefined
  const isRevoked = !isDisabled && context.ports.snapshots.isRevoked(key, version)
  const told = isRevoked ? { ...version, revokedAtMs: version.revokedAtMs ?? context.ports.clock.nowMs() } : version
  return partsToWire(key, told, (apiId) => verifier.mayVerify(apiId))
}
