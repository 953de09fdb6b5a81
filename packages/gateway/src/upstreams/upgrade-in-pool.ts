/** An upgrade at the upstreams of a pool. The handshake is a GET: until an upstream has answered, another may be asked. */
import type { Context } from '../context.ts'
import type { Selected } from '../exchange.ts'
import type { UpgradeResult } from '../ports.ts'
import type { UpstreamPool } from './pool.ts'
import { Tries } from './tries.ts'

export async function upgradeInPool(
  context: Context,
  selected: Selected,
  pool: UpstreamPool,
  signal: AbortSignal,
): Promise<UpgradeResult> {
  const tries = new Tries(context, selected, pool)
  const asked = { ...selected.egress, body: undefined }
  for (;;) {
    const result = await context.ports.egress.upgrade({ ...asked, ...tries.begin(asked) }, signal)
    if (signal.aborted) tries.settle('none')
    else if (!mayGoOn(tries, result)) return result
    else if (result.kind === 'failed' && tries.mayRetry(result.failure, asked)) continue
    else if (result.kind === 'answered' && tries.mayAskAnother(result.status, asked)) continue
    return result
  }
}

/** Settles the try. @returns whether another upstream might do better */
function mayGoOn(tries: Tries, result: UpgradeResult): boolean {
  switch (result.kind) {
    case 'switched':
      tries.settle('good')
      return false
    case 'answered':
      tries.settle(tries.isFailure(result.status) ? 'bad' : 'good')
      return true
    case 'failed':
      tries.settleFailure(result.failure)
      return true
  }
}
