/**
 * How far the clocks of a time zone are ahead of UTC. `Intl` knows it and is slow (some microseconds); clocks change at
 * most once in an hour, so the answer is kept for the hour, or for its part before or after the change.
 */

export interface ZoneClock {
  /** IANA, in its usual spelling. */
  readonly zone: string
  /** What has to be added to a Unix instant to read it as the zone's own date and time. */
  offsetMs(atMs: number): number
}

const HOUR_MS = 3_600_000

/** One for each zone that was ever asked for, whoever asks: there are some hundred. */
const clocks = new Map<string, ZoneClock>()

/** @returns undefined when there is no such zone; `+01:00` is none: it has no name, and no daylight saving time */
export function zoneClock(zone: string): ZoneClock | undefined {
  const known = clocks.get(zone)
  if (known !== undefined) return known
  if (!/^[A-Za-z]/.test(zone)) return undefined
  let format: Intl.DateTimeFormat
  try {
    format = formatOf(zone)
  } catch {
    return undefined
  }
  const { timeZone } = format.resolvedOptions()
  let clock = clocks.get(timeZone)
  if (clock === undefined) {
    clock = { zone: timeZone, offsetMs: rememberHour((atMs) => intlOffsetMs(format, atMs)) }
    clocks.set(timeZone, clock)
  }
  return clock
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
}

function intlOffsetMs(format: Intl.DateTimeFormat, atMs: number): number {
  const parts: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {}
  for (const { type, value } of format.formatToParts(atMs)) parts[type] = Number(value)
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(atMs / 1000) * 1000
}

/** @param offsetAt constant over an hour of UTC, or changing once in it */
function rememberHour(offsetAt: (atMs: number) => number): (atMs: number) => number {
  let fromMs = 0
  let toMs = 0
  let known = 0
  return (atMs) => {
    if (atMs >= fromMs && atMs < toMs) return known
    let low = Math.floor(atMs / HOUR_MS) * HOUR_MS
    let high = low + HOUR_MS
    const before = offsetAt(low)
    const after = offsetAt(high)
    if (before === after) [fromMs, toMs, known] = [low, high, before]
    else {
      const [startMs, endMs] = [low, high]
      while (high - low > 1) {
        const middle = Math.floor((low + high) / 2)
        if (offsetAt(middle) === before) low = middle
        else high = middle
      }
      if (atMs < high) [fromMs, toMs, known] = [startMs, high, before]
      else [fromMs, toMs, known] = [high, endMs, after]
    }
    return known
  }
}
