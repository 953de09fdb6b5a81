/**
 * Templates of paths: literal segments, `{name}` for exactly one segment, and `**` at the end for any rest, none
 * included. Compared as written: nothing is decoded, letters keep their case, and a `/` at the end is part of the path.
 */
import { hasOneReading } from './raw-path.ts'

export interface PathTemplate {
  readonly text: string
  /** @param path one that has one reading */
  matches(path: string): boolean
}

const PARAMETER = /^\{[A-Za-z_][A-Za-z0-9_]*\}$/
const REST = '**'
const SLASH = 0x2f

/** @returns what is wrong with the text, when it is no template */
export function compilePathTemplate(text: string): PathTemplate | string {
  if (text.charCodeAt(0) !== SLASH) return 'A template begins with "/".'
  const segments = text.slice(1).split('/')
  const hasRest = segments.at(-1) === REST
  const fixed = hasRest ? segments.slice(0, -1) : segments
  if (fixed.some((segment) => segment.includes('*'))) {
    return 'A * stands in a template only as ** at its end; write {name} for one segment.'
  }
  const isParameter = fixed.map((segment) => PARAMETER.test(segment))
  if (!hasOneReading(`/${fixed.map((segment, index) => (isParameter[index] === true ? 'x' : segment)).join('/')}`)) {
    return 'A template holds plain segments, {name} for one segment, and ** at its end: no dot segments, empty segments, queries, or escaped slashes.'
  }
  // undefined stands for a parameter
  const wanted = fixed.map((segment, index) => (isParameter[index] === true ? undefined : segment))
  return { text, matches: (path) => walk(wanted, hasRest, path) }
}

function walk(wanted: readonly (string | undefined)[], hasRest: boolean, path: string): boolean {
  /** The slash before the segment to look at; the path's length when there is none left. */
  let slash = 0
  for (const segment of wanted) {
    if (slash === path.length) return false
    const next = path.indexOf('/', slash + 1)
    const end = next === -1 ? path.length : next
    if (segment === undefined) {
      if (end === slash + 1) return false
    } else if (end - slash - 1 !== segment.length || !path.startsWith(segment, slash + 1)) return false
    slash = end
  }
  return hasRest || slash === path.length
}
