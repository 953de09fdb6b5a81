/** Limits as one would type them. Pure. */
import { SCHEMAS } from '../generated/bodies.ts'
import { limit } from '../parse-limits.ts'
import { bare, filled, isMembers, isSame, type Members } from './schema.ts'

const LIMIT = SCHEMAS['Limit'] ?? {}

/** The short form where it says the same; otherwise the limit as the API has it, without its defaults. */
export function shortLimit(value: unknown): unknown {
  const whole = filled(LIMIT, value)
  if (!isMembers(whole)) return value
  const text = formOf(whole)
  if (text === undefined) return bare(LIMIT, whole)
  const short = [text, ...wordsOf(whole)].join(',')
  const texts = [short, `${String(whole['name'])}=${short}`]
  return texts.find((each) => isSame(LIMIT, filled(LIMIT, limit(each)), whole)) ?? bare(LIMIT, whole)
}

function formOf(value: Members): string | undefined {
  const { kind, limit: units, window_seconds: seconds, burst, period } = value
  switch (kind) {
    case 'window':
      return `${String(units)}/${String(seconds)}s`
    case 'burst':
      return `${String(units)}/${String(seconds)}s+${String(burst)}`
    case 'quota':
      return `${String(units)}/${String(period)}`
    case 'concurrency':
      return `${String(units)}/once`
    case 'credits':
      return 'credits'
    default:
      return undefined
  }
}

function wordsOf({ class: limitClass, mode, per }: Members): readonly string[] {
  return [
    ...(limitClass === 'bounded' ? [] : [String(limitClass)]),
    ...(mode === 'shadow' ? ['shadow'] : []),
    ...(Array.isArray(per) ? per.map(String) : []),
  ]
}
