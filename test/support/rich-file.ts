/** Files for `apply` that tests share: one with every member of every kind, and the one of the guide. */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'

const ROOT = resolve(import.meta.dirname, '../..')

/**
 * Every member that an operation takes, defaults spelled out and left out, under the names of `makeWorld`.
 *
 * @param origin of an upstream
 */
export function richFile(origin: string): string {
  return RICH.replaceAll('$ORIGIN', origin)
}

/** The example of the guide. */
export async function guideFile(): Promise<string> {
  const text = await readFile(`${ROOT}/docs/guide/apply.md`, 'utf8')
  const [, example] = /^```yaml apply\n(.*?)^```$/ms.exec(text) ?? []
  if (example === undefined) throw new Error('the guide has no example')
  return example
}

const RICH = `
apis:
  - name: rich
    prefix: rich
    scopes: [orders.read, orders.write, admin.all]
    maximum: { scopes: [orders.*], lifetime_seconds: 8640000, required_restrictions: [ip] }
    on_feed_loss: deny
    limits: [100000/60s]
  - name: rich defaults
    prefix: rich2
    scopes: []
    maximum: null
    on_feed_loss: { mode: serve_known, max_stale_seconds: 600 }
    limits: []
    disabled: false
  - name: rich maximum
    prefix: rich3
    scopes: [a]
    maximum: { scopes: [a] }
    on_feed_loss: serve_known:30
  - { name: rich bare, prefix: rich4 }
  - { name: rich off, prefix: rich5, disabled: true }
roles:
  - name: rich
    description: Whoever keeps the orders.
    scopes: [orders.write, orders.read]
  - { name: rich bare, description: '', scopes: [] }
plans:
  - name: rich
    limits:
      - 100/60s
      - burst=10/1s+50,exact
      - monthly=1000000/month
      - 5/once,shadow
      - { kind: window, name: by-address, limit: 7, window_seconds: 3600, class: approximate, on_counter_loss: local, per: ip }
      - { kind: quota, name: yearly, limit: 9, period: year, anchor_day: 15, anchor_month: 4, zone: Europe/Berlin, mode: shadow }
      - credits
  - { name: rich bare }
apps:
  - name: rich
    owner: rich@example.com
    description: All that there is.
    metadata: { team: payments, nested: { list: [1, two, null] } }
    limits: [1000/60s]
    plan: rich
  - { name: rich bare, owner: rich@example.com, description: '', metadata: {}, limits: [], plan: null, disabled: false }
  - { name: rich off, owner: rich@example.com, disabled: true }
routes:
  - name: rich
    api: rich
    upstreams: [{ url: $ORIGIN/echo, weight: 2 }, { url: $ORIGIN/other }]
    when_all_out: refuse
    circuit_breaker: { failures: 3, statuses: [503] }
    health_check: { path: /echo/health, interval_seconds: 60 }
    retries: { max_retries: 1, budget_percent: 5 }
    required_scopes: [orders.write, orders.read]
    audit: before-answer
    on_feed_loss: { mode: serve_known, max_stale_seconds: 5 }
    limits: [10/60s]
    cost: 3
    rate_limit_headers: draft+legacy
    api_version: { from: header, name: api-version }
    hosts: [rich.example.com, '*.rich.example.com']
    paths: [/v1, '=/ping']
    rewrite: { strip_prefix: /v1 }
    header_rules:
      request: { remove: [cookie], set: [{ name: X-Caller, value: 'is \${key_id}' }] }
      response: { add: [{ name: X-Rich, value: 'yes' }] }
    cors: { origins: ['https://app.example.com'], methods: [POST, GET], headers: [x-b, x-a], credentials: true }
    maintenance: { message: Back at noon., retry_after_seconds: 60, addresses: [10.0.0.0/8] }
    tells_identity: true
    timeouts_ms: { connect: 1000 }
    max_body_bytes: 1000
    methods: [POST, GET]
    provider_key: stand-in
    key_headers: [x-rich-key]
  - name: rich-bare
    api: rich
    upstream_url: $ORIGIN/echo
    upstreams: []
    when_all_out: try
    circuit_breaker: null
    health_check: null
    retries: null
    required_scopes: [orders.read]
    audit: ordinary
    on_feed_loss: null
    limits: []
    cost: 1
    rate_limit_headers: draft
    timeouts_ms: {}
    max_body_bytes: 16777216
    methods: []
    provider_key: null
    key_headers: [x-api-key]
    hosts: []
    paths: []
    rewrite: null
    header_rules: null
    cors: null
    maintenance: null
models:
  - name: rich/model:1
    api: rich
    required_scopes: [orders.read]
    audit: before-answer
    on_feed_loss: deny
    limits: [10/60s]
    cost: 2
    rate_limit_headers: draft+legacy
    timeouts_ms: { connect: 1, first_byte: 2, idle: 3, total: 4 }
    max_body_bytes: 2000
    deployments:
      - { base_url: '$ORIGIN/v1', model: one, provider_key: stand-in, asks_stream_usage: false }
      - { base_url: '$ORIGIN/v1', model: two }
keys:
  - name: everything
    app: rich
    owner: ada@example.com
    tags: [two, one]
    apis: [rich, rich maximum]
    environment: test
    scopes: [orders.*, a]
    roles: [rich]
    grant_reason: Until the migration is done.
    restrictions:
      - { kind: ip, allow: [10.0.0.0/8], deny: [10.1.0.0/16] }
      - { kind: origin, allow: ['https://app.example.com'], mode: shadow }
      - { kind: user_agent, allow: ['MyApp/*'] }
      - { kind: request, allow: [{ methods: [GET], path: '/orders/{id}' }, { path: /all/** }] }
      - { kind: country, deny: [DE] }
      - { kind: time, zone: Europe/Berlin, windows: [{ days: [mon, tue], from: '09:00', to: '24:00' }] }
      - { kind: client_certificate, thumbprints: [bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2] }
      - { kind: api_version, allow: [2026-11] }
    limits: [50/60s, credits]
    plan: rich bare
    metadata: { ticket: 7 }
    not_before: 2026-01-01T00:00:00+02:00
    expires_at: $SOON
    dormant_after_days: 30
  - name: defaults
    app: rich
    owner: null
    tags: []
    apis: [rich defaults]
    environment: live
    scopes: []
    roles: []
    grant_reason: null
    restrictions: []
    limits: []
    plan: null
    metadata: {}
    not_before: null
    expires_at: null
    dormant_after_days: null
    disabled: false
  - { name: everything, app: rich bare, apis: [rich bare] }
  - { name: off, app: rich, apis: [rich bare], disabled: true }
  - { name: in an app that is off, app: rich off, apis: [rich bare] }
`.replace('$SOON', new Date(Date.now() + 30 * 86_400_000).toISOString())
