/** What a route says of its upstreams, in the form that the pipeline reads. Pure. */
import type { BalancePart, UpstreamPart } from '@claviger/gateway'
import { splitUrl } from './split-url.ts'
import type { UpstreamSettings } from './upstream-settings.ts'

/** What a route with one upstream is compiled to, and with more: `balance` is undefined where nothing is to be watched. */
export interface CompiledUpstreams {
  readonly upstreamOrigin: string
  readonly upstreamBasePath: string
  readonly balance: BalancePart | undefined
}

export function compileUpstreams(settings: UpstreamSettings): CompiledUpstreams {
  const { upstreamUrl, upstreams, circuitBreaker, healthCheck, retries } = settings
  const [first, ...others] = upstreamUrl === null ? upstreams : [{ url: upstreamUrl, weight: 1 }]
  if (first === undefined) throw new TypeError('a route has no upstream')
  const { origin, basePath } = splitUrl(first.url)
  const isPlain = others.length === 0 && circuitBreaker === null && healthCheck === null && retries === null
  if (isPlain) return { upstreamOrigin: origin, upstreamBasePath: basePath, balance: undefined }
  const balance = { ...optionsOf(settings), upstreams: [first, ...others].map(upstreamOf) }
  return { upstreamOrigin: origin, upstreamBasePath: '', balance }
}

function upstreamOf({ url, weight }: { readonly url: string; readonly weight: number }): UpstreamPart {
  return { url, weight, ...splitUrl(url) }
}

function optionsOf({
  whenAllOut,
  circuitBreaker: breaker,
  healthCheck: check,
  retries,
}: UpstreamSettings): Omit<BalancePart, 'upstreams'> {
  return {
    whenAllOut,
    breaker:
      breaker === null
        ? undefined
        : {
            failures: breaker.failures,
            openMs: breaker.open_ms,
            maxOpenMs: breaker.max_open_ms,
            statuses: new Set(breaker.statuses),
          },
    healthCheck:
      check === null
        ? undefined
        : {
            path: check.path,
            intervalMs: check.interval_seconds * 1000,
            timeoutMs: check.timeout_ms,
            statuses: new Set(check.statuses),
            healthyAfter: check.healthy_after,
            unhealthyAfter: check.unhealthy_after,
            withCredential: check.with_credential,
          },
    retries:
      retries === null
        ? undefined
        : {
            maxRetries: retries.max_retries,
            statuses: new Set(retries.statuses),
            budgetPercent: retries.budget_percent,
            budgetFloor: retries.budget_floor,
          },
  }
}
