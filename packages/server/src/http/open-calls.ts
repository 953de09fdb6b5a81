/** What is answered without a key is answered to one address so often and no more. */
import { ClavigerError } from '@claviger/core'
import type { ControlOptions } from './control-options.ts'
import { Throttle } from './throttle.ts'
import type { Visit } from './visit.ts'

/** `health`: what machines ask; `setup`: tries of links that are secrets; `page`: the rest, and what is not there. */
export type OpenCall = 'health' | 'page' | 'setup'

const HEALTH_PATHS: ReadonlySet<string> = new Set(['/healthz', '/readyz', '/metrics'])

export const isHealthPath = (path: string): boolean => HEALTH_PATHS.has(path)

/** @throws ClavigerError `limit_reached` for an address that has used up its calls */
export type TakeOpenCall = (call: OpenCall, visit: Pick<Visit, 'clientIp'>) => void

export function createOpenCalls({ config, clock, metrics, refusedBefore }: ControlOptions): TakeOpenCall {
  const throttles: Readonly<Record<OpenCall, Throttle>> = {
    health: new Throttle(config.healthCallsPerMinute),
    page: new Throttle(config.openCallsPerMinute),
    setup: new Throttle(config.setupAttemptsPerMinute),
  }
  const refused = metrics.counter('claviger_open_calls_refused_total', 'Calls without a key that came too often.')
  return (call, { clientIp }) => {
    const waitMs = clientIp === undefined ? 0 : throttles[call].take(clientIp, clock.monotonicMs())
    if (clientIp === undefined || waitMs <= 0) return
    refused.add({ call })
    refusedBefore(clientIp, 'limit_reached')
    throw new ClavigerError(
      'limit_reached',
      'Too many calls without a key came from this address. Wait, then try again.',
      {
        retryAfterSeconds: Math.ceil(waitMs / 1000),
      },
    )
  }
}
