import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { periodAt, periodStarts, type QuotaShape } from './quota.ts'

const shape: fc.Arbitrary<QuotaShape> = fc
  .record({
    period: fc.constantFrom('day' as const, 'week' as const, 'month' as const, 'year' as const),
    anchorDay: fc.integer({ min: 1, max: 31 }),
    anchorMonth: fc.integer({ min: 1, max: 12 }),
    zone: fc.constantFrom(
      'UTC',
      'Europe/Berlin',
      'America/New_York',
      'Asia/Kolkata',
      'Africa/Cairo',
      'Pacific/Kiritimati',
    ),
  })
  .map((made) => (made.period === 'week' ? { ...made, anchorDay: ((made.anchorDay - 1) % 7) + 1 } : made))
const instant = fc.integer({ min: Date.parse('2020-01-01T00:00Z'), max: Date.parse('2036-01-01T00:00Z') })
const at = (text: string): number => Date.parse(text)

describe('a period', () => {
  test.each([
    {
      period: 'day',
      anchorDay: 1,
      zone: 'UTC',
      now: '2026-11-25T12:00Z',
      start: '2026-11-25T00:00Z',
      end: '2026-11-26T00:00Z',
    },
    {
      period: 'day',
      anchorDay: 1,
      zone: 'Europe/Berlin',
      now: '2026-03-29T12:00Z',
      start: '2026-03-28T23:00Z',
      end: '2026-03-29T22:00Z',
    },
    {
      period: 'week',
      anchorDay: 1,
      zone: 'UTC',
      now: '2026-11-25T12:00Z',
      start: '2026-11-23T00:00Z',
      end: '2026-11-30T00:00Z',
    },
    {
      period: 'week',
      anchorDay: 7,
      zone: 'UTC',
      now: '2026-11-25T12:00Z',
      start: '2026-11-22T00:00Z',
      end: '2026-11-29T00:00Z',
    },
    {
      period: 'month',
      anchorDay: 15,
      zone: 'UTC',
      now: '2026-11-14T23:59Z',
      start: '2026-10-15T00:00Z',
      end: '2026-11-15T00:00Z',
    },
    {
      period: 'month',
      anchorDay: 31,
      zone: 'UTC',
      now: '2026-03-01T00:00Z',
      start: '2026-02-28T00:00Z',
      end: '2026-03-31T00:00Z',
    },
    {
      period: 'month',
      anchorDay: 31,
      zone: 'UTC',
      now: '2028-02-29T00:00Z',
      start: '2028-02-29T00:00Z',
      end: '2028-03-31T00:00Z',
    },
    {
      period: 'month',
      anchorDay: 1,
      zone: 'America/New_York',
      now: '2026-11-01T03:00Z',
      start: '2026-10-01T04:00Z',
      end: '2026-11-01T04:00Z',
    },
    {
      period: 'year',
      anchorDay: 15,
      zone: 'UTC',
      now: '2026-06-14T00:00Z',
      start: '2025-06-15T00:00Z',
      end: '2026-06-15T00:00Z',
    },
    {
      period: 'year',
      anchorDay: 31,
      zone: 'UTC',
      now: '2026-07-01T00:00Z',
      start: '2026-06-30T00:00Z',
      end: '2027-06-30T00:00Z',
    },
  ] as const)('$period from day $anchorDay in $zone at $now is $start to $end', ({ start, end, now, ...rest }) => {
    const period = periodAt({ ...rest, anchorMonth: 6 }, at(now))
    expect([new Date(period.startMs), new Date(period.endMs)]).toEqual([new Date(start), new Date(end)])
  })

  test('holds the instant that it was asked for, and the next one begins where it ends', () => {
    fc.assert(
      fc.property(shape, instant, (given, nowMs) => {
        const period = periodAt(given, nowMs)
        expect(period.startMs).toBeLessThanOrEqual(nowMs)
        expect(period.endMs).toBeGreaterThan(nowMs)
        expect(periodAt(given, period.startMs)).toEqual(period)
        expect(periodAt(given, period.endMs - 1)).toEqual(period)
        expect(periodAt(given, period.endMs).startMs).toBe(period.endMs)
        expect(periodStarts(given, nowMs)).toEqual([
          periodAt(given, period.startMs - 1).startMs,
          period.startMs,
          period.endMs,
          periodAt(given, period.endMs).endMs,
        ])
      }),
    )
  })

  test('is as long as its name says, give or take summer time and the ends of months', () => {
    const days = { day: [1, 1], week: [7, 7], month: [28, 31], year: [365, 366] } as const
    fc.assert(
      fc.property(shape, instant, (given, nowMs) => {
        const { startMs, endMs } = periodAt(given, nowMs)
        const length = Math.round((endMs - startMs) / 86_400_000)
        const [least, most] = days[given.period]
        expect(length).toBeGreaterThanOrEqual(least)
        expect(length).toBeLessThanOrEqual(most)
      }),
    )
  })
})
