/** Over the whole contract: who may call what, and that nothing crosses a workspace. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Operation } from '#edge'
import { permissionsOf, ROLE_NAMES } from '#identity'
import { API_ROOT } from './answer.ts'
import { CONTRACT } from './contract.ts'
import { openTestControl, type Got, type TestControl } from './testing/open-control.ts'
import { makeOneOfEach, makeOrder } from './testing/samples.ts'

let it: TestControl
let tenant: string
let tenantOwner: string
let ours: ReadonlyMap<string, string>
const secrets = new Map<string, string>()

beforeAll(async () => {
  it = await openTestControl()
  const made = await it.call('POST', '/api/v1/workspaces', { body: { name: 'Tenant' } })
  tenant = made.body.id
  tenantOwner = await it.mint('owner', tenant)
  const ids = await makeOneOfEach(it, it.owner)
  ours = new Map([...ids, ['ord', await makeOrder(it, it.owner)], ['nod', 'nod_01k2m5f8r2e9vbt9rpk9w0z5c4']])
  await it.call('POST', `/api/v1/credits/${ids.get('key')}/grants`, { body: { units: 5 } })
  for (const role of ROLE_NAMES) {
    secrets.set(`${role} home`, await it.mint(role))
    secrets.set(`${role} tenant`, await it.mint(role, tenant))
  }
})
afterAll(async () => it.dispose())

const served = CONTRACT.filter((operation) => operation.handle !== undefined && operation.permission !== 'anybody')

/** The path with ids that fit and are nobody's. */
function pathOf(operation: Operation, idOf: (prefix: string) => string): string {
  const { params } = operation
  const filled = operation.path.replaceAll(/\{([a-z_]+)\}/g, (_, name: string) => {
    const example = params?.shape[name]?.meta?.()?.['example']
    return typeof example === 'string' && /^[a-z]{3}_/.test(example) ? idOf(example.slice(0, 3)) : '1'
  })
  return `${API_ROOT}${filled}`
}
const nobodys = (prefix: string) => `${prefix}_01k2m5f8r2e9vbt9rpk9w0z5c3`

async function knock(operation: Operation, path: string, as: string): Promise<Got> {
  // A body that fits no schema: whoever is let in gets no further.
  const body = operation.body === undefined ? {} : { body: { 'no such member': true } }
  return it.call(operation.method.toUpperCase(), path, { as, ...body })
}

describe.each(ROLE_NAMES)('%s', (role) => {
  describe.each(['home', 'tenant'])('of the workspace %s', (place) => {
    const held = permissionsOf(role, { isHome: place === 'home' })

    test.each(served.map((operation) => [operation.operationId, operation] as const))('%s', async (_id, operation) => {
      const may =
        operation.permission === 'authenticated' || operation.permission === 'anybody' || held.has(operation.permission)
      const got = await knock(operation, pathOf(operation, nobodys), secrets.get(`${role} ${place}`) ?? '')
      expect(got.status === 403, got.text).toBe(!may)
      expect(got.status).not.toBe(401)
      expect(got.status).toBeLessThan(500)
      if (!may) {
        expect(got.body.code).toBe('permission_missing')
        expect(got.headers.get('www-authenticate')).toBe('Bearer realm="claviger", error="insufficient_scope"')
      }
    })
  })
})

test.each(served.map((operation) => [operation.operationId, operation] as const))(
  '%s needs a credential',
  async (_id, operation) => {
    expect((await knock(operation, pathOf(operation, nobodys), '')).body.code).toBe('credential_missing')
  },
)

describe('of another workspace', () => {
  const withId = served.filter((operation) => operation.params !== undefined)
  test.each(withId.map((operation) => [operation.operationId, operation] as const))(
    '%s answers as if it did not exist',
    async (_id, operation) => {
      const theirs = pathOf(operation, (prefix) =>
        prefix === 'wsp' ? it.identity.workspaceId : (ours.get(prefix) ?? ''),
      )
      const unknown = pathOf(operation, nobodys)
      const bodies = {
        updateWorkspace: { name: 'Mine' },
        rotateProviderKey: { secret: 'x' },
        decommissionApp: { confirm: 'A'.repeat(43) },
        grantCredits: { units: 1 },
        refundCredits: { entry: 1 },
        adjustCredits: { entry: 1, note: 'x' },
        settleNodeCredits: { as: 'free', note: 'x' },
      }
      const body =
        Object.entries(bodies).find(([id]) => id === operation.operationId)?.[1] ??
        (operation.body === undefined ? undefined : {})
      const ask = async (path: string) =>
        it.call(operation.method.toUpperCase(), path, { as: tenantOwner, ...(body !== undefined && { body }) })
      const [foreign, never] = [await ask(theirs), await ask(unknown)]
      expect([404, 403]).toContain(foreign.status)
      const without = (got: Got, path: string) => [
        got.status,
        got.text.replaceAll(idIn(path), '').replace(/"request_id":"[^"]*"/, ''),
        [...got.headers.keys()],
      ]
      expect(without(foreign, theirs)).toEqual(without(never, unknown))
      const still = await it.call(
        'GET',
        theirs.replace(
          /\/(rotate|revoke|restore|wake|decommission|setup-links|versions|entries|grants|refunds|adjustments|nod_).*$/,
          '',
        ),
      )
      expect(still.status, 'and it is untouched').toBe(200)
    },
  )

  test('lists show nothing', async () => {
    for (const operation of served.filter((one) => one.sort !== undefined && one.params === undefined)) {
      const { body, status } = await it.call('GET', `${API_ROOT}${operation.path}`, { as: tenantOwner })
      if (status === 403) continue
      // Refusals of the tests above name what this very caller asked for.
      const shown = JSON.stringify(body.data.filter((item: { outcome?: string }) => item.outcome !== 'refused'))
      const leaked = [...ours.values(), it.identity.workspaceId].filter((id) => shown.includes(id))
      expect(leaked, operation.operationId).toEqual([])
    }
  })

  test('its things cannot be built upon', async () => {
    const own = await makeOneOfEach(it, tenantOwner)
    const attempts: readonly (readonly [string, object, string])[] = [
      [
        '/api/v1/keys',
        { name: 'x', app_id: ours.get('app'), api_ids: [own.get('api')], environment: 'test' },
        '/app_id',
      ],
      [
        '/api/v1/keys',
        { name: 'x', app_id: own.get('app'), api_ids: [ours.get('api')], environment: 'test' },
        '/api_ids/0',
      ],
      [
        '/api/v1/routes',
        { name: 'xx', api_id: ours.get('api'), required_scopes: ['read'], upstream_url: 'https://a.example' },
        '/api_id',
      ],
      [
        '/api/v1/routes',
        {
          name: 'xx',
          api_id: own.get('api'),
          required_scopes: ['read'],
          upstream_url: 'https://api.example.com',
          provider_key_id: ours.get('pvk'),
        },
        '/provider_key_id',
      ],
    ]
    for (const [path, body, pointer] of attempts) {
      const got = await it.call('POST', path, { as: tenantOwner, body })
      expect([got.status, got.body.errors?.[0]?.pointer], got.text).toEqual([400, pointer])
    }
  })
})

/** The id in a path. */
function idIn(path: string): string {
  return /[a-z]{3}_[0-9a-z]{26}/.exec(path)?.[0] ?? ''
}
