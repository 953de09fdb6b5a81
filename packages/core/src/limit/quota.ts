/**
 * Periods of the calendar: days, weeks from any weekday, months and years from any day, in the zone of the customer.
 * A month that lacks the anchor's day begins on its last one (31: 28 February, 31 March, 30 April). Pure.
 */
import { civilDate, dayNumber, dayOf, dayStartsAtMs, weekday, type DayNumber } from './calendar.ts'
import type { QuotaPolicy } from './policy.ts'

/** What of a policy the calendar needs. */
export type QuotaShape = Pick<QuotaPolicy, 'period' | 'anchorDay' | 'anchorMonth' | 'zone'>

/** From `startMs` until just before `endMs`. */
export interface Period {
  readonly startMs: number
  readonly endMs: number
}

/** The period that an instant falls into. @throws RangeError for a zone that nobody knows */
export function periodAt(shape: QuotaShape, atMs: number): Period {
  const first = firstDayAt(shape, dayOf(shape.zone, atMs))
  return { startMs: startOf(shape, first), endMs: startOf(shape, nextFirstDay(shape, first)) }
}

/**
 * Where the periods around an instant begin: the one before, its own, and the two after it. Who has a clock of his own finds
 * his period among them, as long as the clocks are less than a period apart.
 */
export function periodStarts(shape: QuotaShape, atMs: number): readonly [number, number, number, number] {
  const today = dayOf(shape.zone, atMs)
  const first = firstDayAt(shape, today)
  const next = nextFirstDay(shape, first)
  return [
    startOf(shape, firstDayAt(shape, first - 1)),
    startOf(shape, first),
    startOf(shape, next),
    startOf(shape, nextFirstDay(shape, next)),
  ]
}

const startOf = (shape: QuotaShape, day: DayNumber): number => dayStartsAtMs(shape.zone, day)

/** The first day of the period that a day belongs to. */
function firstDayAt(shape: QuotaShape, day: DayNumber): DayNumber {
  const { year, month } = civilDate(day)
  switch (shape.period) {
    case 'day':
      return day
    case 'week':
      return day - ((weekday(day) - shape.anchorDay + 7) % 7)
    case 'month': {
      const here = dayNumber({ year, month, day: shape.anchorDay })
      return here <= day ? here : dayNumber({ year, month: month - 1, day: shape.anchorDay })
    }
    case 'year': {
      const here = dayNumber({ year, month: shape.anchorMonth, day: shape.anchorDay })
      return here <= day ? here : dayNumber({ year: year - 1, month: shape.anchorMonth, day: shape.anchorDay })
    }
  }
}

function nextFirstDay(shape: QuotaShape, first: DayNumber): DayNumber {
  const { year, month } = civilDate(first)
  switch (shape.period) {
    case 'day':
      return first + 1
    case 'week':
      return first + 7
    case 'month':
      return dayNumber({ year, month: month + 1, day: shape.anchorDay })
    case 'year':
      return dayNumber({ year: year + 1, month: shape.anchorMonth, day: shape.anchorDay })
  }
}
