import { describe, expect, test } from 'vitest'
import { exported, toYaml } from './export-file.ts'
import type { There } from './look.ts'
import { planOf } from './plan.ts'
import { readWanted } from './read-file.ts'
import type { Members } from './schema.ts'

const LIMIT = {
  kind: 'window',
  name: 'requests',
  limit: 5,
  window_seconds: 60,
  class: 'bounded',
  mode: 'enforce',
  on_counter_loss: 'closed',
}
const APP = {
  id: 'app_00000000000000000000000001',
  name: 'web',
  owner: 'o',
  description: '',
  metadata: {},
  limits: [],
  plan_id: 'pln_00000000000000000000000001',
  disabled_at: null,
  revision: 1,
}
const KEY = {
  ...{
    id: 'key_00000000000000000000000001',
    name: 'main',
    app_id: 'app_00000000000000000000000001',
    owner: 'o',
    owner_from: 'app',
    tags: [],
    api_ids: ['api_00000000000000000000000001'],
  },
  ...{
    environment: 'live',
    scopes: ['a'],
    grant_reason: null,
    restrictions: [{ kind: 'ip', allow: ['10.0.0.1'], mode: 'enforce' }],
  },
  ...{ limits: [LIMIT], plan_id: null, metadata: {}, not_before: null, expires_at: '2027-01-01T00:00:00.000Z' },
  ...{
    disabled_at: '2026-01-01T00:00:00.000Z',
    dormant_after_days: null,
    revoked_at: null,
    deleted_at: null,
    revision: 1,
  },
}
const API = {
  ...{
    id: 'api_00000000000000000000000001',
    name: 'shop',
    prefix: 'shop',
    scopes: ['a'],
    limits: [],
    disabled_at: null,
    revision: 1,
  },
  ...{
    maximum: { scopes: null, lifetime_seconds: 60, required_restrictions: [] },
    on_feed_loss: { mode: 'serve_known', max_stale_seconds: 600 },
  },
}

const there = (keys: readonly Members[], app: Members = APP): There =>
  new Map([
    ['apis', [API]],
    ['plans', [{ id: 'pln_00000000000000000000000001', name: 'silver', limits: [], revision: 1 }]],
    ['apps', [app]],
    ['keys', keys],
  ])

describe('exported', () => {
  test('names things, leaves defaults out, and writes limits in short', () => {
    expect(exported(there([KEY]), 0).sections).toEqual({
      apis: [{ name: 'shop', prefix: 'shop', scopes: ['a'], maximum: { lifetime_seconds: 60 } }],
      plans: [{ name: 'silver' }],
      apps: [{ name: 'web', owner: 'o', plan: 'silver' }],
      keys: [
        {
          ...{ name: 'main', app: 'web', apis: ['shop'], scopes: ['a'], limits: ['5/60s'], disabled: true },
          ...{ restrictions: [{ kind: 'ip', allow: ['10.0.0.1'] }], expires_at: '2027-01-01T00:00:00.000Z' },
        },
      ],
    })
  })

  test('is a file that changes nothing', () => {
    const text = toYaml(exported(there([KEY]), 0).sections)
    const { steps, problems } = planOf(readWanted(text).wanted, there([KEY]))
    expect({ problems, actions: new Set(steps.map(({ action }) => action)) }).toEqual({
      problems: [],
      actions: new Set(['unchanged']),
    })
  })

  test.each([
    { what: 'a revoked key', keys: [{ ...KEY, revoked_at: '2026-01-01T00:00:00.000Z' }] },
    { what: 'an expired key', keys: [{ ...KEY, expires_at: '1999-01-01T00:00:00.000Z' }] },
    {
      what: 'a key of an app that is not there any more',
      keys: [{ ...KEY, app_id: 'app_00000000000000000000000009' }],
    },
    {
      what: 'a key of an app that is decommissioned',
      keys: [KEY],
      app: { ...APP, decommissioned_at: '2026-01-01T00:00:00.000Z' },
    },
  ])('leaves out $what', ({ keys, app = APP }) => {
    const { sections, notes } = exported(there(keys, app), Date.parse('2000-01-01'))
    expect([sections['keys'], notes]).toEqual([undefined, []])
  })

  test('leaves out keys that share a name, and says so', () => {
    const { sections, notes } = exported(there([KEY, { ...KEY, id: 'key_00000000000000000000000002' }]), 0)
    expect(sections['keys']).toBeUndefined()
    expect(notes).toEqual([
      'keys main: left out, for 2 have this name (key_00000000000000000000000001, key_00000000000000000000000002).',
    ])
  })

  test('keeps an id of what has no name any more', () => {
    expect(exported(there([{ ...KEY, plan_id: 'pln_00000000000000000000000009' }]), 0).sections['keys']).toMatchObject([
      { plan_id: 'pln_00000000000000000000000009' },
    ])
  })
})
