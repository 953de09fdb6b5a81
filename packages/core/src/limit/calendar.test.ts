import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { civilDate, dayNumber, dayOf, dayStartsAtMs, isZone, weekday } from './calendar.ts'

const zones = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Asia/Kolkata',
  'Pacific/Apia',
  'Africa/Cairo',
  'Asia/Beirut',
  'America/Sao_Paulo',
  'Australia/Lord_Howe',
  'Pacific/Kiritimati',
]
const day = (text: string): number => Date.parse(`${text}T00:00:00Z`) / 86_400_000

describe('a day of a zone', () => {
  test.each([
    { zone: 'UTC', date: '2026-11-25', starts: '2026-11-25T00:00:00Z', because: 'UTC has no offset' },
    { zone: 'Europe/Berlin', date: '2026-07-01', starts: '2026-06-30T22:00:00Z', because: 'it is summer time' },
    { zone: 'Europe/Berlin', date: '2026-12-01', starts: '2026-11-30T23:00:00Z', because: 'it is not' },
    { zone: 'Asia/Kolkata', date: '2026-01-01', starts: '2025-12-31T18:30:00Z', because: 'offsets have half hours' },
    {
      zone: 'Africa/Cairo',
      date: '2026-04-24',
      starts: '2026-04-23T22:00:00Z',
      because: '00:00 is skipped: the day begins at 01:00',
    },
    { zone: 'Pacific/Apia', date: '2011-12-31', starts: '2011-12-30T10:00:00Z', because: 'the 30th was skipped whole' },
  ])('$date in $zone starts at $starts: $because', ({ zone, date, starts }) => {
    expect(new Date(dayStartsAtMs(zone, day(date))).toISOString()).toBe(new Date(starts).toISOString())
  })

  test('begins where the one before ends, in every zone and year', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.integer({ min: day('2012-01-01'), max: day('2037-12-31') }),
        (zone, number) => {
          const startsAtMs = dayStartsAtMs(zone, number)
          expect(dayOf(zone, startsAtMs)).toBe(number)
          expect(dayOf(zone, startsAtMs - 1)).toBe(number - 1)
        },
      ),
    )
  })

  test('is the same when it is asked for again, and when very many others were asked for meanwhile', () => {
    const first = dayStartsAtMs('Europe/Berlin', 20_000)
    for (let other = 0; other < 2_100; other += 1) dayStartsAtMs('UTC', other)
    expect(dayStartsAtMs('Europe/Berlin', 20_000)).toBe(first)
  })
})

describe('dates', () => {
  test('go there and back', () => {
    fc.assert(
      fc.property(fc.integer({ min: -10_000, max: 60_000 }), (number) => {
        expect(dayNumber(civilDate(number))).toBe(number)
      }),
    )
  })

  test.each([
    { date: { year: 2026, month: 2, day: 31 }, is: '2026-02-28' },
    { date: { year: 2028, month: 2, day: 30 }, is: '2028-02-29' },
    { date: { year: 2026, month: 13, day: 15 }, is: '2027-01-15' },
    { date: { year: 2026, month: 0, day: 31 }, is: '2025-12-31' },
  ])('$date is $is', ({ date, is }) => {
    expect(dayNumber(date)).toBe(day(is))
  })

  test.each([
    { date: '2026-11-23', number: 1 },
    { date: '2026-11-29', number: 7 },
    { date: '1970-01-01', number: 4 },
    { date: '1969-12-29', number: 1 },
  ])('$date is weekday $number', ({ date, number }) => {
    expect(weekday(day(date))).toBe(number)
  })
})

test.each([
  ['Europe/Berlin', true],
  ['UTC', true],
  ['Mars/Olympus', false],
  ['', false],
])('whether %j is a zone: %s', (zone, expected) => {
  expect(isZone(zone)).toBe(expected)
})
