/** Limits in short: what one types instead of JSON. Everything that a short form leaves out is the server's default. */
import { UsageError } from './context.ts'
import { durationSeconds } from './parse-options.ts'

/** For `--help`. */
export const LIMIT_FORMS = '100/60s, 10/1s+50 (burst), 1000000/month (quota), 5/once (concurrency), credits'

const PERIODS: ReadonlySet<string> = new Set(['day', 'week', 'month', 'year'])
const CLASSES: ReadonlySet<string> = new Set(['exact', 'bounded', 'approximate'])
const MODES: ReadonlySet<string> = new Set(['enforce', 'shadow'])
const PARTITIONS: ReadonlySet<string> = new Set(['key', 'app', 'ip', 'route'])

/**
 * The limits of a repeatable option; `none` is no limits at all, and nothing given leaves them as they are.
 *
 * @throws UsageError
 */
export function limits(texts: readonly string[] | undefined): readonly object[] | undefined {
  if (texts === undefined) return undefined
  return texts.length === 1 && texts[0] === 'none' ? [] : texts.map(limit)
}

/**
 * `[name=]form[,class][,mode][,per…]`, e.g. `minute=100/60s,shadow,ip`; or a limit of the API as JSON.
 *
 * @throws UsageError
 */
export function limit(text: string): object {
  if (text.startsWith('{')) return parsedObject(text)
  const [, name, form = '', words] = /^(?:([a-z0-9_-]+)=)?([^,]+)(?:,(.*))?$/.exec(text) ?? []
  const read = readForm(form)
  if (read === undefined) throw new UsageError(`${text} is not a limit. Write one of: ${LIMIT_FORMS}; or JSON.`)
  const { fallback, ...members } = read
  return { name: name ?? fallback, ...members, ...readWords(words?.split(',') ?? []) }
}

function readForm(form: string): { readonly kind: string; readonly fallback: string } | undefined {
  if (form === 'credits') return { kind: 'credits', fallback: 'credits' }
  const [, count, length = '', atOnce] = /^([1-9][0-9]{0,9})\/([a-z0-9]+)(?:\+([1-9][0-9]{0,9}))?$/.exec(form) ?? []
  if (count === undefined) return undefined
  if (length === 'once' && atOnce === undefined)
    return { kind: 'concurrency', fallback: 'concurrent', ...{ limit: Number(count) } }
  if (PERIODS.has(length) && atOnce === undefined)
    return { kind: 'quota', fallback: `per-${length}`, ...{ limit: Number(count), period: length } }
  if (!/^[0-9]+[smhd]?$/.test(length)) return undefined
  const counted = { limit: Number(count), window_seconds: durationSeconds(length) }
  return atOnce === undefined
    ? { kind: 'window', fallback: 'requests', ...counted }
    : { kind: 'burst', fallback: 'burst', ...counted, ...{ burst: Number(atOnce) } }
}

function readWords(words: readonly string[]): object {
  const read = new Map<string, unknown>()
  const partitions: string[] = []
  for (const word of words) {
    if (CLASSES.has(word)) read.set('class', word)
    else if (MODES.has(word)) read.set('mode', word)
    else if (PARTITIONS.has(word)) partitions.push(word)
    else
      throw new UsageError(`${word} says nothing of a limit. Write exact, shadow, or what it is counted apart by: ip.`)
  }
  if (partitions.length > 0) read.set('per', partitions)
  return Object.fromEntries(read)
}

function parsedObject(text: string): object {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  } catch {
    // told below
  }
  throw new UsageError(`${text} is not a JSON object.`)
}
