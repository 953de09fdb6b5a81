/**
 * Restriction `time`: hours of the week in which a key may be used, on the clock on the wall of a time zone. So an hour
 * that the clocks skip is in no window, and one that they repeat is in its window twice.
 */
import type { FieldProblem } from '../error/claviger-error.ts'
import { unreadable } from './problems.ts'
import type { RestrictionCheck, TimeRestriction, TimeWindow, Weekday } from './restriction.ts'
import { zoneClock, type ZoneClock } from './zone-clock.ts'

const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const satisfies readonly Weekday[]

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
/** 1 January 1970 was a Thursday. */
const EPOCH_WEEKDAY = 3

interface Hours {
  /** By weekday, Monday first: whether one begins on it. */
  readonly beginsOn: readonly boolean[]
  readonly fromMinute: number
  /** Not above `fromMinute`: on the day after. */
  readonly toMinute: number
}

/** Ends are not inside. A window over midnight (`22:00` to `06:00`) belongs to the day it begins on. */
export function compileTime(restriction: TimeRestriction, pointer: string): RestrictionCheck {
  const errors: FieldProblem[] = []
  const clock = zoneClock(restriction.zone)
  if (clock === undefined) errors.push({ pointer: `${pointer}/zone`, detail: 'There is no such IANA time zone.' })
  const hours = restriction.windows.map((window, index) => hoursOf(window, `${pointer}/windows/${index}`, errors))
  if (clock === undefined || errors.length > 0) throw unreadable(errors)
  const isOpen = (nowMs: number): boolean => {
    const localMs = nowMs + clock.offsetMs(nowMs)
    const day = Math.floor(localMs / DAY_MS)
    const minute = Math.floor((localMs - day * DAY_MS) / MINUTE_MS)
    const weekday = weekdayOf(day)
    for (const each of hours) if (holds(each, weekday, minute)) return true
    return false
  }
  return {
    refuses: ({ nowMs }) => !isOpen(nowMs),
    detail: ({ nowMs }) => `${nowText(clock, nowMs)} is ${isOpen(nowMs) ? 'in a window' : 'in no window'}.`,
    change: ({ nowMs }) => `add a time window that holds ${nowText(clock, nowMs)}`,
  }
}

function holds({ beginsOn, fromMinute, toMinute }: Hours, weekday: number, minute: number): boolean {
  if (fromMinute < toMinute) return minute >= fromMinute && minute < toMinute && beginsOn[weekday] === true
  return (
    (minute >= fromMinute && beginsOn[weekday] === true) || (minute < toMinute && beginsOn[(weekday + 6) % 7] === true)
  )
}

function hoursOf(window: TimeWindow, pointer: string, errors: FieldProblem[]): Hours {
  const { days = WEEKDAYS, from, to } = window
  const fromMinute = minuteOf(from)
  const toMinute = to === '24:00' ? 1_440 : minuteOf(to)
  if (fromMinute < 0) errors.push({ pointer: `${pointer}/from`, detail: 'Write HH:MM, from 00:00 to 23:59.' })
  if (toMinute < 0) errors.push({ pointer: `${pointer}/to`, detail: 'Write HH:MM, from 00:00 to 24:00.' })
  if (fromMinute === toMinute && fromMinute >= 0) {
    errors.push({ pointer: `${pointer}/to`, detail: 'The window ends when it begins. A whole day is 00:00 to 24:00.' })
  }
  return { beginsOn: WEEKDAYS.map((day) => days.includes(day)), fromMinute, toMinute }
}

/** -1 when it is no time of a day. */
function minuteOf(text: string): number {
  const [, hours, minutes] = /^([01][0-9]|2[0-3]):([0-5][0-9])$/.exec(text) ?? []
  return hours === undefined || minutes === undefined ? -1 : Number(hours) * 60 + Number(minutes)
}

function weekdayOf(day: number): number {
  return (((day + EPOCH_WEEKDAY) % 7) + 7) % 7
}

/** `mon 14:35 (Europe/Berlin)` */
function nowText(clock: ZoneClock, nowMs: number): string {
  const localMs = nowMs + clock.offsetMs(nowMs)
  const day = WEEKDAYS[weekdayOf(Math.floor(localMs / DAY_MS))] ?? ''
  return `${day} ${new Date(localMs).toISOString().slice(11, 16)} (${clock.zone})`
}
