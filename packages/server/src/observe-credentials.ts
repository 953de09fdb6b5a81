/** What a running server tells of the credentials that it uses towards upstreams: /metrics. */
import type { Metrics } from '#http'
import type { Credentials } from '#vault'

export function observeCredentials(metrics: Metrics, credentials: Pick<Credentials, 'soonestExpiryAtMs'>): void {
  metrics.gauge(
    'claviger_provider_key_expires_at_seconds',
    'When the first of the client certificates that were used towards upstreams expires, Unix seconds.',
    () => {
      const atMs = credentials.soonestExpiryAtMs()
      return atMs === undefined ? undefined : atMs / 1000
    },
  )
}
