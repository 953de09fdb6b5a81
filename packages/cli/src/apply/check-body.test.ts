import { describe, expect, test } from 'vitest'
import { BODIES, SCHEMAS } from '../generated/bodies.ts'
import { problemsOf } from './check-body.ts'
import { pending } from './pending.ts'
import { expand, type Schema } from './schema.ts'

const KEY = { name: 'k', app_id: pending('apps/a'), api_ids: [pending('apis/a')] }
const ROUTE = { name: 'r', api_id: pending('apis/a'), upstream_url: 'https://x.example', required_scopes: ['a'] }
const textsOf = (operation: string, body: object): readonly string[] =>
  problemsOf(BODIES[operation] ?? {}, body, '').map(({ pointer, detail }) => `${pointer} ${detail}`)

describe('problemsOf', () => {
  test('has nothing against what is right, ids of things to come included', () => {
    expect([...textsOf('createKey', KEY), ...textsOf('createRoute', ROUTE)]).toEqual([])
  })

  test.each([
    { operation: 'createKey', body: { name: 'k' }, says: ['/app_id is needed.', '/api_ids is needed.'] },
    { operation: 'createKey', body: { ...KEY, scope: [] }, says: ['/scope is not known. Did you mean scopes?'] },
    { operation: 'createKey', body: { ...KEY, scopes: 'a' }, says: ['/scopes must be a list.'] },
    { operation: 'createKey', body: { ...KEY, tags: ['a', 'a'] }, says: ['/tags must not have an item twice.'] },
    {
      operation: 'createKey',
      body: { ...KEY, tags: ['A b'] },
      says: ['/tags/0 must be of a form such as billing-v2.'],
    },
    { operation: 'createKey', body: { ...KEY, api_ids: [] }, says: ['/api_ids must have at least 1 items.'] },
    {
      operation: 'createKey',
      body: { ...KEY, expires_at: '90d' },
      says: ['/expires_at must be an instant such as 2027-01-31T12:00:00Z.'],
    },
    {
      operation: 'createKey',
      body: { ...KEY, dormant_after_days: 0 },
      says: ['/dormant_after_days must be from 1 to 3650.'],
    },
    {
      operation: 'createKey',
      body: { ...KEY, dormant_after_days: 1.5 },
      says: ['/dormant_after_days must be a whole number or null.'],
    },
    {
      operation: 'createKey',
      body: { ...KEY, restrictions: [{ kind: 'moon' }] },
      says: [/^\/restrictions\/0 must be an object with one of kind: ip, kind: origin/],
    },
    {
      operation: 'createKey',
      body: { ...KEY, restrictions: [{ kind: 'ip', alow: [] }] },
      says: ['/restrictions/0/alow is not known. Did you mean allow?'],
    },
    {
      operation: 'createRoute',
      body: { ...ROUTE, audit: 'never' },
      says: ['/audit must be one of ordinary, before-answer.'],
    },
    { operation: 'createRoute', body: { ...ROUTE, name: '' }, says: ['/name must be of a form such as billing-v2.'] },
    { operation: 'createApi', body: { name: 'a', prefix: 'a1', maximum: [] }, says: [/^\/maximum must be/] },
    { operation: 'updateApp', body: { disabled: 'yes' }, says: ['/disabled must be true or false.'] },
  ])('$operation says $says', ({ operation, body, says }) => {
    const texts = textsOf(operation, body)
    expect(texts).toEqual(says.map((each) => (typeof each === 'string' ? each : expect.stringMatching(each))))
  })

  test('every pattern of the contract can be read', () => {
    const patterns: string[] = []
    const look = (value: unknown): void => {
      if (typeof value !== 'object' || value === null) return
      for (const [name, inner] of Object.entries(value)) {
        if (name === 'pattern' && typeof inner === 'string') patterns.push(inner)
        look(inner)
      }
    }
    look([BODIES, SCHEMAS])
    expect(patterns.length).toBeGreaterThan(10)
    for (const pattern of patterns) expect(() => new RegExp(pattern, 'u')).not.toThrow()
  })

  test('every default of the contract is right by it', () => {
    const wrong = Object.entries(BODIES).flatMap(([operation, body]) =>
      Object.entries(body.properties ?? {}).flatMap(([name, schema]: readonly [string, Schema]) => {
        const { default: fallback } = expand(schema)
        return fallback === undefined ? [] : problemsOf(schema, fallback, `${operation}/${name}`)
      }),
    )
    expect(wrong).toEqual([])
  })
})
