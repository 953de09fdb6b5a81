import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { zoneClock } from './zone-clock.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

describe('zoneClock', () => {
  test.each([
    { zone: 'UTC', at: '2026-11-18T12:00:00Z', minutes: 0 },
    { zone: 'Europe/Berlin', at: '2026-11-18T12:00:00Z', minutes: 60 },
    { zone: 'Europe/Berlin', at: '2026-03-29T00:59:59.999Z', minutes: 60 },
    { zone: 'Europe/Berlin', at: '2026-03-29T01:00:00Z', minutes: 120 },
    { zone: 'Europe/Berlin', at: '2026-10-25T00:59:59.999Z', minutes: 120 },
    { zone: 'Europe/Berlin', at: '2026-10-25T01:00:00Z', minutes: 60 },
    { zone: 'America/New_York', at: '2026-03-08T06:59:59.999Z', minutes: -300 },
    { zone: 'America/New_York', at: '2026-03-08T07:00:00Z', minutes: -240 },
    // half an hour of daylight saving, changed in the middle of an hour of UTC
    { zone: 'Australia/Lord_Howe', at: '2026-10-03T15:29:59.999Z', minutes: 630 },
    { zone: 'Australia/Lord_Howe', at: '2026-10-03T15:30:00Z', minutes: 660 },
    { zone: 'Asia/Kathmandu', at: '2026-01-01T00:00:00Z', minutes: 345 },
    { zone: 'America/St_Johns', at: '2026-01-01T00:00:00Z', minutes: -210 },
    // a day that this island skipped
    { zone: 'Pacific/Apia', at: '2011-12-30T09:59:59.999Z', minutes: -600 },
    { zone: 'Pacific/Apia', at: '2011-12-30T10:00:00Z', minutes: 840 },
  ])('$zone is $minutes minutes ahead at $at', ({ zone, at, minutes }) => {
    expect(offsetMs(zone, Date.parse(at))).toBe(minutes * MINUTE_MS)
  })

  test('says what Intl says, in whatever order it is asked', () => {
    const zones = ['Europe/Berlin', 'Australia/Lord_Howe', 'America/St_Johns', 'Africa/Casablanca', 'Asia/Tehran']
    const aroundChange = fc
      .tuple(
        fc.constantFrom('2026-03-29T01:00:00Z', '2026-10-25T01:00:00Z', '2026-10-03T15:30:00Z', '2026-02-15T02:00:00Z'),
        fc.integer({ min: -2 * HOUR_MS, max: 2 * HOUR_MS }),
      )
      .map(([change, awayMs]) => Date.parse(change) + awayMs)
    const anywhere = fc.integer({ min: 0, max: Date.UTC(2060, 0) })
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.array(fc.oneof(aroundChange, anywhere), { maxLength: 12 }),
        (zone, instants) => {
          for (const atMs of instants) {
            const local = new Date(atMs + offsetMs(zone, atMs)).toISOString().slice(0, 19).replace('T', ' ')
            expect(local).toBe(
              new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' }).format(
                atMs,
              ),
            )
          }
        },
      ),
      { numRuns: 100 },
    )
  })

  test('is one for a zone, however its name is written', () => {
    expect(zoneClock('europe/berlin')).toBe(zoneClock('Europe/Berlin'))
    expect(zoneClock('europe/berlin')?.zone).toBe('Europe/Berlin')
  })

  test.each(['', 'Mars/Olympus', '+01:00', '-05:00', 'Europe/Berlin ', 'local'])('%j is no zone', (zone) => {
    expect(zoneClock(zone)).toBeUndefined()
  })
})

function offsetMs(zone: string, atMs: number): number {
  const clock = zoneClock(zone)
  if (clock === undefined) throw new Error(`there is no zone ${zone}`)
  return clock.offsetMs(atMs)
}
