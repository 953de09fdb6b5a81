/**
 * What a request must say to get beyond its validation, where chance does not find it: things that belong together, and
 * steps that come before. All else of the request stays made from its schema.
 */
import { api, type Product } from '../support/product.ts'
import type { Json, JsonObject } from './document.ts'

export interface Pinned {
  /** Parameters of the path, by name. */
  readonly path?: Readonly<Record<string, string>>
  /** Members of the body; undefined: it is left out. */
  readonly body?: Readonly<Record<string, Json | undefined>>
}
export type Pin = (product: Product) => Promise<Pinned>

/** Operations that no request of one process can make succeed, and why. */
export const NEVER: Readonly<Record<string, string>> = {
  settleNodeCredits: 'Needs another process that died with what it held of credits: test/e2e/credits.test.ts.',
}

// where calls go is said once, and nobody is asked how it is
const CLIENT = {
  upstream_url: 'https://api.example.com',
  upstreams: undefined,
  circuit_breaker: undefined,
  health_check: undefined,
  provider_key_id: null,
}
let count = 0

async function done(product: Product, path: string, body?: object): Promise<JsonObject> {
  const answer = await api(product, 'POST', path, body)
  if (answer.status > 201) throw new Error(`POST ${path}: ${answer.status} ${JSON.stringify(answer.body)}`)
  // read as JSON
  return answer.body as JsonObject
}
const idOf = ({ id }: JsonObject): string => String(id)

const newApi = async (product: Product): Promise<string> =>
  idOf(await done(product, '/apis', { name: `Pinned ${++count}`, prefix: 'pin', scopes: ['read', 'write'] }))
const newApp = async (product: Product, owner = 'pin@example.com'): Promise<string> =>
  idOf(await done(product, '/apps', { name: `Pinned ${++count}`, owner }))

async function newKey(product: Product, members: object = {}): Promise<JsonObject> {
  const api_ids = [await newApi(product)]
  const body = { name: 'pinned', app_id: await newApp(product), api_ids, scopes: ['read'], ...members }
  return { ...(await done(product, '/keys', body)), api_id: api_ids[0] ?? '' }
}

const guard = async (product: Product) => ({ api_id: await newApi(product), required_scopes: ['read'] })
const deployments = [{ base_url: 'https://api.example.com/v1', model: 'm' }]
/** What a change of a target could not mean without the rest of it. */
const KEPT = { api_id: undefined, required_scopes: undefined }

const newRoute = async (product: Product): Promise<string> =>
  idOf(await done(product, '/routes', { name: `pinned-${++count}`, ...CLIENT, ...(await guard(product)) }))
const newModel = async (product: Product): Promise<string> =>
  idOf(await done(product, '/models', { name: `pinned-${++count}`, deployments, ...(await guard(product)) }))

async function newOrder(product: Product): Promise<{ readonly filter: Json; readonly confirm: Json }> {
  const filter = { tag: `pinned-${++count}` }
  const { confirm } = await done(product, '/keys/bulk-revoke/preview', { filter })
  return { filter, confirm: confirm ?? null }
}

/** Spends, and waits until the process has told the ledger: it does so when it gives back what it drew ahead. */
async function spent(product: Product): Promise<Pinned> {
  const key = await newKey(product, { limits: [{ kind: 'credits', name: 'credits', class: 'exact' }] })
  const id = idOf(key)
  await done(product, `/credits/${id}/grants`, { units: 100 })
  const verdict = await done(product, '/keys/verify', { key: key['secret'], api_id: key['api_id'], cost: 40 })
  if (verdict['valid'] !== true) throw new Error(JSON.stringify(verdict))
  const untilMs = Date.now() + 40_000
  while (Date.now() < untilMs) {
    const { body } = await api(product, 'GET', `/credits/${id}/entries`)
    const [entry] = body['data'] as readonly JsonObject[]
    if (entry?.['kind'] === 'spend') return { path: { id }, body: { entry: entry['number'], units: 1 } }
    await new Promise((later) => setTimeout(later, 250))
  }
  throw new Error('what was spent was not booked')
}

export const PINS: Readonly<Record<string, Pin>> = {
  createRoute: async (product) => ({ body: { name: `pinned-${++count}`, ...CLIENT, ...(await guard(product)) } }),
  updateRoute: async (product) => ({ path: { id: await newRoute(product) }, body: { ...CLIENT, ...KEPT } }),
  createModel: async (product) => ({ body: { deployments, ...(await guard(product)) } }),
  updateModel: async (product) => ({ path: { id: await newModel(product) }, body: { deployments, ...KEPT } }),
  importKeys: async (product) => ({
    body: {
      app_id: await newApp(product),
      api_ids: [await newApi(product)],
      algorithm: 'sha256',
      encoding: 'hex',
      keys: [{ hash: (++count).toString(16).padStart(64, '0') }, { hash: 'none' }],
    },
  }),
  explainDecision: async (product) => {
    const { id, api_id } = await newKey(product)
    const left = { key: undefined, version: undefined, client_ip: undefined, request: undefined, target_id: undefined }
    return { body: { key_id: id, api_id, ...left } }
  },
  revokeKeys: async (product) => ({ body: { ...(await newOrder(product)) } }),
  getKeyOrder: async (product) => {
    const order = await newOrder(product)
    return { path: { id: idOf(await done(product, '/keys/bulk-revoke', order)) } }
  },
  decommissionApp: async (product) => {
    const id = await newApp(product)
    const { confirm } = await done(product, `/apps/${id}/decommission/preview`)
    return { path: { id }, body: { confirm } }
  },
  decommissionOwner: async (product) => {
    const owner = `pinned-${++count}@example.com`
    await newApp(product, owner)
    const { confirm } = await done(product, '/owners/decommission/preview', { owner })
    return { body: { owner, confirm } }
  },
  refundCredits: spent,
  adjustCredits: async (product) => {
    const id = idOf(await newKey(product))
    const { number: entry } = await done(product, `/credits/${id}/grants`, { units: 10 })
    return { path: { id }, body: { entry, units: -1 } }
  },
  liftShieldBlock: async () => ({ body: { kind: 'address', subject: '203.0.113.7' } }),
}
