/**
 * Days of a zone's calendar as instants. A day begins at the first instant that its zone counts to it: not always at 00:00,
 * because some zones skip that hour when summer time begins. Pure; the rules come from `Intl`.
 */

/** A day, counted from 1970-01-01, without a zone. */
export type DayNumber = number

export interface CivilDate {
  readonly year: number
  /** 1 to 12. */
  readonly month: number
  /** 1 to 31. */
  readonly day: number
}

const DAY_MS = 86_400_000
/** No zone is further from UTC, summer time and history included. */
const WIDEST_OFFSET_MS = 26 * 3_600_000
const MOST_REMEMBERED = 2_000

const formats = new Map<string, Intl.DateTimeFormat>()
/** Starts of days that were asked for: many limits share a zone, and `Intl` is slow. */
const starts = new Map<string, number>()

/** Whether the platform knows a zone of this name. */
export function isZone(zone: string): boolean {
  try {
    formatOf(zone)
    return true
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}

/** The day that an instant falls on in a zone. @throws RangeError for a zone that nobody knows */
export function dayOf(zone: string, atMs: number): DayNumber {
  return Math.floor(wallMs(zone, atMs) / DAY_MS)
}

/** The first instant of a day in a zone. @throws RangeError for a zone that nobody knows */
export function dayStartsAtMs(zone: string, day: DayNumber): number {
  const name = `${zone} ${day}`
  const known = starts.get(name)
  if (known !== undefined) return known
  const startMs = findStart(zone, day)
  if (starts.size >= MOST_REMEMBERED) starts.clear()
  starts.set(name, startMs)
  return startMs
}

/** Months beyond 1 to 12 are of the years beside; a day beyond the month's last one is that last one. */
export function dayNumber({ year, month, day }: CivilDate): DayNumber {
  const last = Date.UTC(year, month, 0) / DAY_MS
  return Math.min(last, Date.UTC(year, month - 1, 1) / DAY_MS + day - 1)
}

export function civilDate(day: DayNumber): CivilDate {
  const date = new Date(day * DAY_MS)
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() }
}

/** 1 (Monday) to 7. */
export function weekday(day: DayNumber): number {
  return ((((day + 3) % 7) + 7) % 7) + 1
}

/** Nearly always the day's midnight by the offset that holds then; else (midnight is skipped) it is looked for. */
function findStart(zone: string, day: DayNumber): number {
  const midnightMs = day * DAY_MS
  const nearMs = midnightMs - offsetMs(zone, midnightMs)
  const guessMs = midnightMs - offsetMs(zone, nearMs)
  if (dayOf(zone, guessMs) === day && dayOf(zone, guessMs - 1) < day) return guessMs
  let before = midnightMs - WIDEST_OFFSET_MS
  let within = midnightMs + WIDEST_OFFSET_MS
  while (within - before > 1) {
    const middle = Math.floor((before + within) / 2)
    if (dayOf(zone, middle) >= day) within = middle
    else before = middle
  }
  return within
}

const offsetMs = (zone: string, atMs: number): number => wallMs(zone, atMs) - Math.floor(atMs / 1000) * 1000

/** What the clock on the wall shows, as if it showed UTC; whole seconds. */
function wallMs(zone: string, atMs: number): number {
  const read = { year: 0, month: 0, day: 0, hour: 0, minute: 0, second: 0 }
  for (const { type, value } of formatOf(zone).formatToParts(atMs))
    if (type in read) read[type as keyof typeof read] = Number(value)
  return Date.UTC(read.year, read.month - 1, read.day, read.hour, read.minute, read.second)
}

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone)
  if (known !== undefined) return known
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  formats.set(zone, format)
  return format
}
