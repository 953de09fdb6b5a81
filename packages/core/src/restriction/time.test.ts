import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { TimeWindow, Weekday } from './restriction.ts'
import { compileTime } from './time.ts'

const HOUR_MS = 3_600_000
const DAYS: readonly Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']
const ZONES = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'America/Santiago', // changes at midnight
  'Australia/Lord_Howe',
  'Asia/Kathmandu',
  'Pacific/Apia',
]
/** Instants at which one of the zones above changes its clocks, and one at which none does. */
const CHANGES = [
  '2026-03-29T01:00:00Z',
  '2026-10-25T01:00:00Z',
  '2026-03-08T07:00:00Z',
  '2026-11-01T06:00:00Z',
  '2026-04-05T03:00:00Z',
  '2026-09-06T04:00:00Z',
  '2026-04-04T15:00:00Z',
  '2026-10-03T15:30:00Z',
  '2011-12-30T10:00:00Z',
  '2026-06-01T00:00:00Z',
]

const time = fc.tuple(fc.nat(23), fc.constantFrom(0, 1, 30, 59)).map(([hour, minute]) => `${two(hour)}:${two(minute)}`)
const window: fc.Arbitrary<TimeWindow> = fc
  .record({
    days: fc.option(fc.uniqueArray(fc.constantFrom(...DAYS), { minLength: 1, maxLength: 7 }), { nil: undefined }),
    from: time,
    to: fc.oneof(time, fc.constant('24:00')),
  })
  .filter(({ from, to }) => from !== to)
const instant = fc
  .tuple(fc.constantFrom(...CHANGES), fc.integer({ min: -40 * HOUR_MS, max: 40 * HOUR_MS }))
  .map(([change, awayMs]) => Date.parse(change) + awayMs)

describe('compileTime', () => {
  test('agrees with a clock on the wall, in zones far apart and around their changes', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...ZONES),
        fc.array(window, { minLength: 1, maxLength: 3 }),
        fc.array(instant, { minLength: 1, maxLength: 5 }),
        (zone, windows, instants) => {
          const check = compileTime({ kind: 'time', zone, windows }, '')
          for (const nowMs of instants) {
            const isOpen = windows.some((each) => isInside(each, wallClock(zone, nowMs)))
            expect(check.refuses({ nowMs, clientIp: undefined }), `${zone} ${new Date(nowMs).toISOString()}`).toBe(
              !isOpen,
            )
          }
        },
      ),
      { numRuns: 400 },
    )
  })

  test.each([
    { at: '2026-11-18T07:59:59.999Z', opens: false, because: 'it is 08:59:59 there' },
    { at: '2026-11-18T08:00:00Z', opens: true, because: 'the begin is inside' },
    { at: '2026-11-18T15:59:59.999Z', opens: true, because: 'it is 16:59:59 there' },
    { at: '2026-11-18T16:00:00Z', opens: false, because: 'the end is outside' },
    { at: '2026-11-21T12:00:00Z', opens: false, because: 'it is a Saturday' },
    { at: '2026-07-01T07:00:00Z', opens: true, because: 'it is summer, and 09:00 there' },
  ])('on weekdays from 09:00 to 17:00 in Berlin, $at is inside: $opens, because $because', ({ at, opens }) => {
    const days: readonly Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri']
    expect(isOpen('Europe/Berlin', { days, from: '09:00', to: '17:00' }, at)).toBe(opens)
  })

  test.each([
    { at: '2026-11-20T21:59:59Z', opens: false, because: 'it has not begun' },
    { at: '2026-11-20T22:00:00Z', opens: true, because: 'it begins on Friday' },
    { at: '2026-11-21T05:59:59Z', opens: true, because: 'it is still the window of Friday' },
    { at: '2026-11-21T06:00:00Z', opens: false, because: 'it has ended' },
    { at: '2026-11-21T22:00:00Z', opens: false, because: 'none begins on Saturday' },
    { at: '2026-11-20T05:00:00Z', opens: false, because: 'none began on Thursday' },
  ])('on Fridays from 22:00 to 06:00, $at is inside: $opens, because $because', ({ at, opens }) => {
    expect(isOpen('UTC', { days: ['fri'], from: '22:00', to: '06:00' }, at)).toBe(opens)
  })

  test('an hour that the clocks skip is in no window, one that they repeat is in it twice', () => {
    const night = { from: '02:00', to: '03:00' }
    const from = Date.parse('2026-03-29T00:00:00Z')
    const spring = [0, 30, 60, 90, 120].map((minutes) => new Date(from + minutes * 60_000).toISOString())
    expect(spring.filter((at) => isOpen('Europe/Berlin', night, at))).toEqual([])
    expect(isOpen('Europe/Berlin', night, '2026-10-25T00:30:00Z')).toBe(true)
    expect(isOpen('Europe/Berlin', night, '2026-10-25T01:30:00Z')).toBe(true)
    expect(isOpen('Europe/Berlin', night, '2026-10-25T02:30:00Z')).toBe(false)
  })

  test('00:00 to 24:00 is the whole day, 22:00 to 00:00 its end', () => {
    expect(isOpen('UTC', { days: ['wed'], from: '00:00', to: '24:00' }, '2026-11-18T23:59:59.999Z')).toBe(true)
    expect(isOpen('UTC', { days: ['wed'], from: '00:00', to: '24:00' }, '2026-11-19T00:00:00Z')).toBe(false)
    expect(isOpen('UTC', { days: ['wed'], from: '22:00', to: '00:00' }, '2026-11-18T23:59:59.999Z')).toBe(true)
    expect(isOpen('UTC', { days: ['wed'], from: '22:00', to: '00:00' }, '2026-11-19T00:00:00Z')).toBe(false)
  })

  test('tells the time there, and what would open it', () => {
    const check = compileTime({ kind: 'time', zone: 'europe/berlin', windows: [{ from: '09:00', to: '17:00' }] }, '')
    const facts = { nowMs: Date.parse('2026-11-18T22:05:00Z'), clientIp: undefined }
    expect(check.detail(facts)).toBe('wed 23:05 (Europe/Berlin) is in no window.')
    expect(check.change(facts)).toBe('add a time window that holds wed 23:05 (Europe/Berlin)')
  })
})

interface WallClock {
  readonly weekday: number
  readonly text: string
}

const faces = new Map(
  ZONES.map((timeZone) => [
    timeZone,
    new Intl.DateTimeFormat('en-US', {
      timeZone,
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    }),
  ]),
)

/** What Intl shows, without a sum. */
function wallClock(zone: string, atMs: number): WallClock {
  const shown = faces.get(zone)?.formatToParts(atMs) ?? []
  const part = (type: string): string => shown.find((each) => each.type === type)?.value ?? ''
  const weekday = DAYS.findIndex((day) => day === part('weekday').toLowerCase())
  return { weekday, text: `${part('hour')}:${part('minute')}` }
}

/** Times of one length sort as texts. */
function isInside({ days = DAYS, from, to }: TimeWindow, { weekday, text }: WallClock): boolean {
  const beginsOn = (day: number): boolean => days.some((each) => each === DAYS[(day + 7) % 7])
  if (from < to) return beginsOn(weekday) && text >= from && text < to
  return (beginsOn(weekday) && text >= from) || (beginsOn(weekday - 1) && text < to)
}

function isOpen(zone: string, only: TimeWindow, at: string): boolean {
  return !compileTime({ kind: 'time', zone, windows: [only] }, '').refuses({
    nowMs: Date.parse(at),
    clientIp: undefined,
  })
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}
