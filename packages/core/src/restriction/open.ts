/** Restrictions that restrict nothing: lists that allow whatever there is. Nothing is wrong with them but their name. */
import { compileCidrs } from '../net/cidr.ts'
import type { Restriction, TimeRestriction, Weekday } from './restriction.ts'

const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const satisfies readonly Weekday[]
const DAY = 1_440
const WEEK = 7 * DAY

/**
 * Whether it lets through every call of which is known what it asks about: `allow` of all addresses of IPv4 or of IPv6, of
 * any user agent, of any method on any path; windows over the whole week. A `deny` beside it takes something away, and
 * lists of countries and networks always leave some out.
 *
 * @param restriction one that can be compiled
 */
export function isOpen(restriction: Restriction): boolean {
  switch (restriction.kind) {
    case 'ip': {
      const { allow = [], deny = [] } = restriction
      return deny.length === 0 && compileCidrs(allow).isWhole
    }
    case 'user_agent': {
      const { allow = [], deny = [] } = restriction
      return deny.length === 0 && allow.some((glob) => /^\*+$/.test(glob))
    }
    case 'request':
      return restriction.allow.some(({ methods, path }) => methods === undefined && path === '/**')
    case 'time':
      return isWholeWeek(restriction)
    case 'origin':
    case 'country':
    case 'asn':
    case 'client_certificate':
    case 'api_version':
      return false
  }
}

function isWholeWeek({ windows }: TimeRestriction): boolean {
  const spans = windows
    .flatMap(({ days = WEEKDAYS, from, to }) => days.map((day) => spanOf(WEEKDAYS.indexOf(day) * DAY, from, to)))
    // what runs over the end of Sunday comes before Monday, too
    .flatMap(([begin, end]) =>
      end > WEEK ? [[begin, end] as const, [begin - WEEK, end - WEEK] as const] : [[begin, end] as const],
    )
    .toSorted(([one], [other]) => one - other)
  let reached = 0
  for (const [begin, end] of spans) {
    if (begin > reached) return false
    reached = Math.max(reached, end)
  }
  return reached >= WEEK
}

function spanOf(midnight: number, from: string, to: string): readonly [number, number] {
  const [begin, end] = [minuteOf(from), minuteOf(to)]
  return [midnight + begin, midnight + (end > begin ? end : end + DAY)]
}

function minuteOf(text: string): number {
  return Number(text.slice(0, 2)) * 60 + Number(text.slice(3))
}
