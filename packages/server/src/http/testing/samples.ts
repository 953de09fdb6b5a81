/** One good body for every creation, so that tests can run over the whole contract. */
import type { TestControl } from './open-control.ts'

export interface Sample {
  readonly path: string
  readonly body: Readonly<Record<string, unknown>>
}

/** Makes one of everything in the workspace of that admin key. @returns ids by their prefix: `{ app: 'app_…' }` */
export async function makeOneOfEach(control: TestControl, as: string): Promise<ReadonlyMap<string, string>> {
  const ids = new Map<string, string>()
  for (const sampleOf of SAMPLES) {
    const { path, body } = sampleOf(ids)
    const made = await control.call('POST', path, { as, body })
    if (made.status !== 201) throw new Error(`POST ${path} answered ${made.status}: ${made.text}`)
    ids.set(String(made.body.id).slice(0, 3), made.body.id)
  }
  return ids
}

/** Gives an order on many keys, in this case none. @returns its id */
export async function makeOrder(control: TestControl, as: string): Promise<string> {
  const filter = { tag: `order-${++count}` }
  const preview = await control.call('POST', '/api/v1/keys/bulk-revoke/preview', { as, body: { filter } })
  const { confirm } = preview.body
  const order = await control.call('POST', '/api/v1/keys/bulk-revoke', { as, body: { filter, confirm } })
  if (order.status !== 200) throw new Error(`the order answered ${order.status}: ${order.text}`)
  return order.body.id
}

let count = 0

type SampleOf = (ids: ReadonlyMap<string, string>) => Sample

/** In the order of need. */
const SAMPLES: readonly SampleOf[] = [
  () => ({
    path: '/api/v1/plans',
    body: { name: `Plan ${++count}`, limits: [{ kind: 'window', name: 'requests', limit: 9, window_seconds: 60 }] },
  }),
  () => ({ path: '/api/v1/roles', body: { name: `Role ${++count}`, scopes: ['read'] } }),
  () => ({ path: '/api/v1/apps', body: { name: `App ${++count}`, owner: 'ada@example.com' } }),
  () => ({ path: '/api/v1/apis', body: { name: `Api ${++count}`, prefix: 'acme', scopes: ['read'] } }),
  (ids) => ({
    path: '/api/v1/keys',
    body: {
      name: `Key ${++count}`,
      app_id: ids.get('app'),
      api_ids: [ids.get('api')],
      environment: 'test',
      scopes: ['read'],
    },
  }),
  () => ({
    path: '/api/v1/provider-keys',
    body: {
      name: `Provider ${++count}`,
      provider: 'openai',
      origins: ['https://api.example.com'],
      secret: 'sk-sample',
    },
  }),
  (ids) => ({
    path: '/api/v1/routes',
    body: {
      name: `route-${++count}`,
      api_id: ids.get('api'),
      required_scopes: ['read'],
      upstream_url: 'https://api.example.com/v1',
    },
  }),
  (ids) => ({
    path: '/api/v1/models',
    body: {
      name: `model-${++count}`,
      api_id: ids.get('api'),
      required_scopes: ['read'],
      deployments: [{ base_url: 'https://api.example.com/v1', model: 'm' }],
    },
  }),
  () => ({ path: '/api/v1/admin-keys', body: { name: `Admin ${++count}`, role: 'auditor' } }),
]
