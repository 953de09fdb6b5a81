import { describe, expect, test } from 'vitest'
import { BODIES, SCHEMAS } from '../generated/bodies.ts'
import { bare, filled, isSame, type Schema } from './schema.ts'

const member = (operation: string, name: string): Schema => BODIES[operation]?.properties?.[name] ?? {}
const LIMITS = member('createPlan', 'limits')
const WINDOW = { kind: 'window', name: 'requests', limit: 1, window_seconds: 60 }
const WHOLE_WINDOW = { ...WINDOW, class: 'bounded', mode: 'enforce', on_counter_loss: 'closed' }

describe('filled', () => {
  test.each([
    { what: 'members of a list', schema: LIMITS, value: [WINDOW], whole: [WHOLE_WINDOW] },
    {
      what: 'of a choice the one that was chosen',
      schema: LIMITS,
      value: [{ kind: 'quota', name: 'q', limit: 1, period: 'day' }],
      whole: [expect.objectContaining({ anchor_day: 1, anchor_month: 1, zone: 'UTC', class: 'bounded' })],
    },
    {
      what: 'of something or null',
      schema: member('createApi', 'maximum'),
      value: { scopes: ['a'] },
      whole: { scopes: ['a'], lifetime_seconds: null, required_restrictions: [] },
    },
    { what: 'null', schema: member('createApi', 'maximum'), value: null, whole: null },
    {
      what: 'of what has defaults inside only',
      schema: member('updateRoute', 'timeouts_ms'),
      value: { total: 0 },
      whole: { connect: 5000, first_byte: 60_000, idle: 60_000, total: 0 },
    },
    { what: 'your own facts', schema: member('createKey', 'metadata'), value: { mode: {} }, whole: { mode: {} } },
  ])('adds the defaults of $what', ({ schema, value, whole }) => {
    expect(filled(schema, value)).toEqual(whole)
  })
})

describe('bare', () => {
  test('takes away what filled adds, and nothing else', () => {
    const own = { ...WHOLE_WINDOW, name: 'own', class: 'exact' }
    expect(bare(LIMITS, [WHOLE_WINDOW, own])).toEqual([WINDOW, { ...WINDOW, name: 'own', class: 'exact' }])
    expect(filled(LIMITS, bare(LIMITS, [WHOLE_WINDOW, own]))).toEqual([WHOLE_WINDOW, own])
  })
})

describe('isSame', () => {
  const scopes = member('createKey', 'scopes')
  const instant = member('createKey', 'not_before')
  const deployments = member('createModel', 'deployments')
  test.each([
    { what: 'a set in another order', schema: scopes, one: ['a', 'b'], other: ['b', 'a'], same: true },
    { what: 'a smaller set', schema: scopes, one: ['a'], other: ['a', 'b'], same: false },
    {
      what: 'a list in another order',
      schema: deployments,
      one: [{ model: 'a' }, { model: 'b' }],
      other: [{ model: 'b' }, { model: 'a' }],
      same: false,
    },
    {
      what: 'an instant in another zone',
      schema: instant,
      one: '2026-01-01T02:00:00+02:00',
      other: '2026-01-01T00:00:00.000Z',
      same: true,
    },
    {
      what: 'another instant',
      schema: instant,
      one: '2026-01-01T02:00:00Z',
      other: '2026-01-01T00:00:00.000Z',
      same: false,
    },
    {
      what: 'a member more',
      schema: member('createKey', 'metadata'),
      one: { a: 1 },
      other: { a: 1, b: 2 },
      same: false,
    },
    { what: 'null and nothing', schema: instant, one: null, other: '2026-01-01T00:00:00.000Z', same: false },
  ])('$what: $same', ({ schema, one, other, same }) => {
    expect(isSame(schema, one, other)).toBe(same)
    expect(isSame(schema, other, one)).toBe(same)
  })
})

test('whatever a body refers to is there', () => {
  const text = JSON.stringify([BODIES, SCHEMAS])
  const referred = [...text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(([, name = '']) => name)
  expect(referred.filter((name) => SCHEMAS[name] === undefined)).toEqual([])
})
