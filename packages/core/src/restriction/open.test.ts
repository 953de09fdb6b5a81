import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compileRestrictions } from './compile-restrictions.ts'
import { isOpen } from './open.ts'
import type { Restriction, TimeWindow, Weekday } from './restriction.ts'

const time = (...windows: TimeWindow[]): Restriction => ({ kind: 'time', zone: 'UTC', windows })
const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const satisfies readonly Weekday[]

describe('a restriction', () => {
  test.each<Restriction>([
    { kind: 'ip', allow: ['0.0.0.0/0'] },
    { kind: 'ip', allow: ['::/0'] },
    { kind: 'ip', allow: ['10.0.0.0/8', '0.0.0.0/1', '128.0.0.0/1'] },
    { kind: 'ip', allow: ['::/1', '8000::/2', 'c000::/2'] },
    { kind: 'ip', allow: ['::ffff:0.0.0.0/96'] },
    { kind: 'ip', allow: ['0.0.0.0/0'], deny: [] },
    { kind: 'user_agent', allow: ['curl/*', '*'] },
    { kind: 'user_agent', allow: ['***'] },
    { kind: 'request', allow: [{ methods: ['GET'], path: '/a' }, { path: '/**' }] },
    time({ from: '00:00', to: '24:00' }),
    time({ from: '06:00', to: '18:00' }, { from: '18:00', to: '06:00' }),
    time({ from: '12:00', to: '11:59' }, { from: '11:00', to: '13:00' }),
  ])('that allows everything is open: %j', (restriction) => expect(isOpen(restriction)).toBe(true))

  test.each<Restriction>([
    { kind: 'ip', allow: ['0.0.0.0/1', '128.0.0.0/2'] },
    { kind: 'ip', allow: ['0.0.0.0/1', '10.0.0.0/8', '128.0.0.0/2', '192.0.0.0/3'] },
    { kind: 'ip', allow: ['0.0.0.0/1', '8000::/1'] },
    { kind: 'ip', allow: ['0.0.0.0/0'], deny: ['192.0.2.1'] },
    { kind: 'ip', deny: ['192.0.2.1'] },
    { kind: 'ip', allow: [] },
    { kind: 'user_agent', allow: ['*a*'] },
    { kind: 'user_agent', allow: ['*'], deny: ['*bot*'] },
    { kind: 'user_agent', deny: ['x'] },
    { kind: 'request', allow: [{ methods: ['GET'], path: '/**' }] },
    { kind: 'request', allow: [{ path: '/a/**' }, { path: '/{x}' }] },
    { kind: 'origin', allow: ['https://*.example.com'] },
    { kind: 'country', deny: ['DE'] },
    { kind: 'asn', deny: [64_500] },
    { kind: 'api_version', allow: ['1'] },
    time({ days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat'], from: '00:00', to: '24:00' }),
    time({ from: '00:00', to: '23:59' }),
    time({ from: '12:00', to: '11:59' }),
  ])('that keeps something out is not: %j', (restriction) => expect(isOpen(restriction)).toBe(false))

  test('of time is open exactly when it refuses at no minute of a week', () => {
    const hour = fc.constantFrom('00:00', '06:00', '12:00', '18:00')
    const window = fc.record({
      days: fc.uniqueArray(fc.constantFrom(...DAYS), { minLength: 5, maxLength: 7 }),
      from: hour,
      to: fc.oneof(hour, fc.constant('24:00')),
    })
    fc.assert(
      fc.property(
        fc.array(
          window.filter(({ from, to }) => from !== to),
          { minLength: 1, maxLength: 4 },
        ),
        (windows) => {
          const [compiled] = compileRestrictions([time(...windows)])
          const quarters = Array.from({ length: 28 }, (_, index) => index * 6 * 3_600_000)
          const refuses = quarters.some((nowMs) => compiled?.refuses({ nowMs, clientIp: undefined }) === true)
          expect(compiled?.isOpen).toBe(!refuses)
        },
      ),
      { numRuns: 500 },
    )
  })
})
