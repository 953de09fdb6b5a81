/** The keys that the table of parity presents, made over the control API. Each front gets a set of its own: calls use limits up. */
import { randomBytes } from 'node:crypto'
import { composeKey, makePublicId } from '@claviger/core'

/** Calls the control API. @returns the answer's body @throws when it refuses */
export type Control = (method: string, path: string, body?: object) => Promise<Readonly<Record<string, unknown>>>

interface Recipe {
  readonly members?: (world: ParityWorld) => object
  /** What happens to the key once it is there. @returns the secret to present, when it is another */
  readonly afterwards?: (
    control: Control,
    key: { readonly id: string; readonly secret: string },
  ) => Promise<string | void>
}

export interface ParityWorld {
  readonly apiId: string
  readonly otherApiId: string
  readonly appId: string
  readonly disabledAppId: string
  readonly roleId: string
  readonly planId: string
}

/** A key that expires has so long until then. */
export const EXPIRES_AFTER_MS = 1_500

const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const
const DAY_MS = 86_400_000

const limits = (...list: readonly object[]): Recipe => ({ members: () => ({ limits: list }) })
const restricted = (...list: readonly object[]): Recipe => ({ members: () => ({ restrictions: list }) })
const window = (limit: number, more: object = {}): object => ({
  kind: 'window',
  name: 'calls',
  limit,
  window_seconds: 3_600,
  ...more,
})

const RECIPES = {
  good: {},
  unknown: { afterwards: async () => unissued() },
  deleted: { afterwards: async (control, { id }) => void (await control('DELETE', `/keys/${id}`)) },
  revoked: {
    afterwards: async (control, { id }) => void (await control('POST', `/keys/${id}/revoke`, { reason: 'parity' })),
  },
  expired: { members: () => ({ expires_at: new Date(Date.now() + EXPIRES_AFTER_MS).toISOString() }) },
  early: { members: () => ({ not_before: new Date(Date.now() + DAY_MS).toISOString() }) },
  disabled: { afterwards: async (control, { id }) => void (await control('PATCH', `/keys/${id}`, { disabled: true })) },
  enabled: {
    afterwards: async (control, { id }) => {
      await control('PATCH', `/keys/${id}`, { disabled: true })
      await control('PATCH', `/keys/${id}`, { disabled: false })
    },
  },
  appDisabled: { members: ({ disabledAppId }) => ({ app_id: disabledAppId }) },
  rotatedAtOnce: {
    afterwards: async (control, { id }) => void (await control('POST', `/keys/${id}/rotate`, { grace_seconds: 0 })),
  },
  rotatedWithGrace: {
    afterwards: async (control, { id }) => void (await control('POST', `/keys/${id}/rotate`, { grace_seconds: 3_600 })),
  },
  versionRevoked: {
    afterwards: async (control, { id }) => {
      await control('POST', `/keys/${id}/rotate`, { grace_seconds: 3_600 })
      await control('POST', `/keys/${id}/versions/1/revoke`)
    },
  },
  otherApi: { members: ({ otherApiId }) => ({ api_ids: [otherApiId] }) },
  bothApis: { members: ({ apiId, otherApiId }) => ({ api_ids: [otherApiId, apiId] }) },
  scopeless: { members: () => ({ scopes: [] }) },
  reader: { members: () => ({ scopes: ['orders.read'] }) },
  writer: { members: () => ({ scopes: ['orders.write'] }) },
  wildcard: { members: () => wild('orders.*') },
  otherWildcard: { members: () => wild('users.*') },
  roled: { members: ({ roleId }) => ({ scopes: [], role_ids: [roleId] }) },
  fromLoopback: restricted({ kind: 'ip', allow: ['127.0.0.0/8'] }),
  fromElsewhere: restricted({ kind: 'ip', allow: ['192.0.2.0/24'] }),
  notFromLoopback: restricted({ kind: 'ip', deny: ['127.0.0.0/8'] }),
  shadowed: restricted({ kind: 'ip', allow: ['192.0.2.0/24'], mode: 'shadow' }),
  ofOrigin: restricted({ kind: 'origin', allow: ['https://app.example'] }),
  ofAgent: restricted({ kind: 'user_agent', allow: ['Shop/*'] }),
  ofCountry: restricted({ kind: 'country', allow: ['DE'] }),
  ofAnotherDay: {
    members: () => {
      const day = DAYS[new Date(Date.now() + 3 * DAY_MS).getUTCDay()]
      return { restrictions: [{ kind: 'time', zone: 'UTC', windows: [{ days: [day], from: '09:00', to: '17:00' }] }] }
    },
  },
  ofCertificate: restricted({
    kind: 'client_certificate',
    thumbprints: ['bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2'],
  }),
  ofVersion: restricted({ kind: 'api_version', allow: ['2026-11'] }),
  ofRequest: restricted({ kind: 'request', allow: [{ methods: ['GET'], path: '/orders/{id}' }] }),
  twoCalls: limits(window(2)),
  oneBurst: limits({ kind: 'burst', name: 'burst', limit: 1, window_seconds: 3_600, burst: 1 }),
  oneADay: limits({ kind: 'quota', name: 'quota', limit: 1, period: 'month' }),
  fourUnits: limits(window(4)),
  eightUnits: limits(window(8)),
  creditless: limits({ kind: 'credits', name: 'credits' }),
  oneAtOnce: limits({ kind: 'concurrency', name: 'running', limit: 1 }),
  shadowLimit: limits(window(1, { mode: 'shadow' })),
  twoLimits: limits(window(100), { kind: 'window', name: 'few', limit: 1, window_seconds: 600 }),
  planned: { members: ({ planId }) => ({ plan_id: planId }) },
} as const satisfies Record<string, Recipe>

export type KeyName = keyof typeof RECIPES
export type ParityKeys = Readonly<Record<KeyName, string>>

/** What all sets of keys share. Names are taken once: one world for each installation. */
export async function makeParityWorld(control: Control): Promise<ParityWorld> {
  const made = async (path: string, body: object): Promise<string> => String((await control('POST', path, body))['id'])
  const apiId = await made('/apis', {
    name: 'orders',
    prefix: 'parity',
    scopes: ['orders.read', 'orders.write', 'users.read'],
  })
  const otherApiId = await made('/apis', { name: 'other', prefix: 'parity2', scopes: ['orders.read', 'orders.write'] })
  const appId = await made('/apps', { name: 'parity', owner: 'parity@example.com' })
  const disabledAppId = await made('/apps', { name: 'parity-off', owner: 'parity@example.com' })
  const roleId = await made('/roles', { name: 'parity-reader', scopes: ['orders.read'] })
  const planId = await made('/plans', { name: 'parity', limits: [window(1, { per: 'key' })] })
  return { apiId, otherApiId, appId, disabledAppId, roleId, planId }
}

/** One more set of keys. Then `settleParityKeys`, once all sets are there. */
export async function makeParityKeys(control: Control, world: ParityWorld): Promise<ParityKeys> {
  const made: [string, string][] = []
  for (const [name, recipe] of Object.entries<Recipe>(RECIPES)) {
    const body = {
      name,
      app_id: world.appId,
      api_ids: [world.apiId],
      scopes: ['orders.read', 'orders.write'],
      ...recipe.members?.(world),
    }
    const key = await control('POST', '/keys', body)
    const secret = String(key['secret'])
    made.push([name, (await recipe.afterwards?.(control, { id: String(key['id']), secret })) ?? secret])
  }
  // each name of the table of recipes is one of its keys
  return Object.fromEntries(made) as ParityKeys
}

/** Disables the app that is disabled, and lets expire what expires. */
export async function settleParityKeys(control: Control, { disabledAppId }: ParityWorld): Promise<void> {
  await control('PATCH', `/apps/${disabledAppId}`, { disabled: true })
  await new Promise((resolve) => setTimeout(resolve, EXPIRES_AFTER_MS))
}

/** A wildcard needs a reason and an end. */
function wild(scope: string): object {
  return { scopes: [scope], grant_reason: 'parity', expires_at: new Date(Date.now() + DAY_MS).toISOString() }
}

/** In the form of a key, with a checksum that is right. */
function unissued(): string {
  const publicId = makePublicId(randomBytes(64))
  return composeKey({ prefix: 'parity', environment: 'live', publicId, secret: randomBytes(32) })
}
