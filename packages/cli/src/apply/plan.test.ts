import { describe, expect, test } from 'vitest'
import { lookAt, type There } from './look.ts'
import { planOf } from './plan.ts'
import { readWanted } from './read-file.ts'
import { lineOf } from './report.ts'

const API = {
  id: 'api_00000000000000000000000001',
  name: 'shop',
  prefix: 'shop',
  scopes: ['a'],
  maximum: null,
  limits: [],
  disabled_at: null,
  revision: 4,
}
const APP = {
  id: 'app_00000000000000000000000001',
  name: 'Web',
  owner: 'o',
  plan_id: null,
  limits: [],
  disabled_at: null,
  revision: 1,
}
const KEY = {
  ...{
    id: 'key_00000000000000000000000001',
    name: 'main',
    app_id: 'app_00000000000000000000000001',
    api_ids: ['api_00000000000000000000000001'],
    scopes: ['a'],
    environment: 'live',
    revision: 9,
  },
  ...{ owner: 'o', owner_from: 'app', expires_at: '2027-01-01T00:00:00.000Z', disabled_at: null, plan_id: null },
}
const THERE: There = new Map([
  ['apis', [API]],
  ['apps', [APP]],
  ['plans', []],
  ['keys', [KEY]],
])

function planned(file: object, there: There = THERE) {
  const { steps, problems } = planOf(readWanted(JSON.stringify(file)).wanted, there)
  return {
    steps,
    lines: steps.map(lineOf),
    problems: problems.map(({ pointer, detail }) => `${pointer} ${detail}`),
  }
}
const key = (members: object) => ({ keys: [{ name: 'main', app: 'Web', ...members }] })

describe('planOf', () => {
  test('sends only what differs, on the revision that was read', () => {
    const { steps, problems } = planned({ apis: [{ name: 'shop', scopes: ['a', 'b'], maximum: null }] })
    expect(problems).toEqual([])
    expect(steps).toMatchObject([
      {
        action: 'update',
        changes: ['scopes'],
        body: { scopes: ['a', 'b'] },
        id: 'api_00000000000000000000000001',
        revision: 4,
      },
    ])
  })

  test.each([
    { what: 'null for an owner that is the one of the app', members: { owner: null } },
    { what: 'null for an end that the workspace gave', members: { expires_at: null } },
    { what: 'the same end in another zone', members: { expires_at: '2027-01-01T01:00:00+01:00' } },
    { what: 'an environment that it has', members: { environment: 'live' } },
    { what: 'an id instead of a name', members: { api_ids: ['api_01k2m5f8r2e9vbt9rpk9w0z5c3'] }, changes: ['api_ids'] },
    { what: 'an owner of its own', members: { owner: 'me' }, changes: ['owner'] },
    { what: 'the owner of the app, named by the key', members: { owner: 'o' }, changes: ['owner'] },
    { what: 'disabled', members: { disabled: true }, changes: ['disabled'] },
  ])('of a key: $what', ({ members, changes = [] }) => {
    const plan = planned(key(members))
    expect(plan.problems).toEqual([])
    expect(plan.steps.flatMap((step) => step.changes)).toEqual(
      changes.filter((name) => name !== 'owner' || 'owner' in members),
    )
  })

  test('takes a name of an app in any case, and a key by its name within its app', () => {
    const file = {
      apps: [{ name: 'other', owner: 'o' }],
      keys: [
        { name: 'main', app: 'WEB' },
        { name: 'main', app: 'other', apis: ['shop'] },
      ],
    }
    expect(planned(file)).toMatchObject({
      lines: ['+ apps other', '  keys WEB/main', '+ keys other/main'],
      problems: [],
    })
  })

  test('disables what it makes, and apps, when all the rest is done', () => {
    const file = {
      apis: [{ name: 'off', prefix: 'off', disabled: true }],
      apps: [{ name: 'Web', owner: 'new', disabled: true }],
      keys: [{ name: 'second', app: 'Web', apis: ['off'] }],
    }
    expect(planned(file).lines).toEqual([
      '+ apis off',
      '~ apps Web: owner',
      '+ keys Web/second',
      '~ apis off: disabled',
      '~ apps Web: disabled',
    ])
  })

  test.each([
    {
      file: { apis: [{ name: 'shop', prefix: 'other' }] },
      says: [/^\/apis\/0\/prefix cannot be changed: it is "shop"/],
    },
    { file: key({ environment: 'test' }), says: [/^\/keys\/0\/environment cannot be changed/] },
    { file: key({ apis: ['shp'] }), says: ['/keys/0/apis/0 There is no api named shp. Did you mean shop?'] },
    { file: key({ apis: 'shop' }), says: ['/keys/0/apis must be a list of names.'] },
    { file: key({ aps: ['shop'] }), says: ['/keys/0/aps is not known. Did you mean apis?'] },
    { file: key({ plan: 'gold' }), says: ['/keys/0/plan There is no plan named gold.'] },
    { file: key({ plan: null, plan_id: null }), says: ['/keys/0/plan and plan_id say the same: write one of them.'] },
    { file: key({ limits: ['lots'] }), says: [/^\/keys\/0\/limits lots is not a limit/] },
    { file: { keys: [{ name: 'x', apis: ['shop'] }] }, says: ['/keys/0/app is needed.'] },
    {
      file: {
        apps: [
          { name: 'a', owner: 'o' },
          { name: 'A', owner: 'o' },
        ],
      },
      says: ['/apps/1/name is the name of /apps/0 too.'],
    },
    {
      file: { routes: [{ name: 'r', api: 'shop', upstream_url: 'x', required_scopes: ['a'], disabled: true }] },
      says: ['/routes/0/disabled is not known.'],
    },
    {
      file: {
        models: [
          {
            name: 'm',
            api: 'shop',
            required_scopes: ['a'],
            deployments: [{ base_url: 'x', model: 'm', provider_key: 'p' }],
          },
        ],
      },
      says: ['/models/0/deployments/0/provider_key There is no provider key named p.'],
    },
  ])('refuses $says', ({ file, says }) => {
    expect(planned(file).problems).toEqual(
      says.map((each) => (typeof each === 'string' ? each : expect.stringMatching(each))),
    )
  })

  test('refuses a name that two keys of the app have', () => {
    const there = new Map([...THERE, ['keys', [KEY, { ...KEY, id: 'key_00000000000000000000000002' }]] as const])
    expect(planned(key({}), there).problems).toEqual([expect.stringContaining('is the name of 2 keys there')])
  })
})

describe('lookAt', () => {
  test('reads only what the file is about, and of keys only those of its apps', async () => {
    const asked: string[] = []
    const file = { keys: [{ name: 'main', app: 'web', plan: null }], routes: [{ name: 'r', provider_key: 'p' }] }
    await lookAt(readWanted(JSON.stringify(file)).wanted, async (operation, query) => {
      asked.push(`${operation} ${JSON.stringify(query)}`)
      return operation === 'listApps' ? [APP] : []
    })
    expect(asked.toSorted()).toEqual([
      'listApps {}',
      'listKeys {"app_id":"app_00000000000000000000000001","revoked":false}',
      'listProviderKeys {}',
      'listRoutes {}',
    ])
  })
})
