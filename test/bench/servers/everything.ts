/** Keys with all that can be asked of a key, on a server of their own: every kind of restriction and of limit, a plan, a maximum. */
import { type RunningClaviger, issueKeys } from './claviger.ts'

const SCOPES = ['orders.read', 'orders.write', 'billing.read']
const CERTIFICATE = 'bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2'
const UNREACHED = 1_000_000_000
const IN_A_YEAR_MS = 365 * 86_400_000

export interface Everything {
  readonly apiId: string
  readonly secrets: readonly string[]
}

/** @returns keys that are valid for {@link everythingBody} */
export async function setUpEverything(claviger: RunningClaviger, count: number): Promise<Everything> {
  const id = async (path: string, body: object): Promise<string> =>
    String((await claviger.api('POST', path, body))['id'])
  const apiId = await id('/apis', {
    name: 'everything',
    prefix: 'every',
    scopes: SCOPES,
    maximum: { scopes: ['orders.*', 'billing.read'], lifetime_seconds: 400 * 86_400, required_restrictions: ['ip'] },
  })
  const planId = await id('/plans', {
    name: 'everything',
    limits: [
      { kind: 'window', name: 'plan', limit: UNREACHED, window_seconds: 3600 },
      { kind: 'quota', name: 'monthly', limit: UNREACHED, period: 'month', anchor_day: 15, zone: 'Europe/Berlin' },
    ],
  })
  const appId = await id('/apps', {
    name: 'everything',
    owner: 'bench@example.com',
    plan_id: planId,
    limits: [{ kind: 'window', name: 'team', limit: UNREACHED, window_seconds: 60, per: 'ip' }],
  })
  const secrets = await issueKeys(claviger, count, (nth) => ({
    name: `everything ${nth}`,
    app_id: appId,
    api_ids: [apiId],
    scopes: ['orders.*'],
    grant_reason: 'What a wildcard costs is measured, too.',
    tags: ['bench'],
    metadata: { team: 'bench' },
    expires_at: new Date(Date.now() + IN_A_YEAR_MS).toISOString(),
    restrictions: [
      { kind: 'ip', allow: ['127.0.0.0/8', '10.0.0.0/8', '2001:db8::/32'], deny: ['10.6.0.0/16', '10.7.0.1'] },
      { kind: 'origin', allow: ['https://app.example.com', 'https://*.example.org'] },
      { kind: 'user_agent', allow: ['MyApp/*'], deny: ['*bot*'] },
      { kind: 'request', allow: [{ methods: ['GET'], path: '/orders/{id}' }, { path: '/files/**' }] },
      { kind: 'country', deny: ['AQ', 'KP'] },
      { kind: 'time', zone: 'Europe/Berlin', windows: [{ from: '00:00', to: '24:00' }] },
      { kind: 'client_certificate', thumbprints: [CERTIFICATE] },
      { kind: 'api_version', allow: ['2026-11', '2026-12'] },
      { kind: 'ip', allow: ['192.0.2.0/24'], mode: 'shadow' },
    ],
    limits: [
      { kind: 'window', name: 'requests', limit: UNREACHED, window_seconds: 60 },
      { kind: 'burst', name: 'burst', limit: 1_000_000, window_seconds: 1, burst: 1_000_000, class: 'approximate' },
      { kind: 'window', name: 'shadow', limit: 1, window_seconds: 60, mode: 'shadow' },
    ],
  }))
  return { apiId, secrets }
}

/** A request to decide one of them, in which every restriction finds what it asks for. */
export function everythingBody(key: string, apiId: string): string {
  return JSON.stringify({
    key,
    api_id: apiId,
    scopes: ['orders.read', 'orders.write'],
    client_ip: '10.1.2.3',
    cost: 2,
    request: {
      method: 'GET',
      path: '/orders/17',
      origin: 'https://app.example.com',
      user_agent: 'MyApp/2.1 (bench)',
      api_version: '2026-11',
      client_certificate: CERTIFICATE,
    },
  })
}
