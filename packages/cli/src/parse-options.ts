/** Values of options that have a form of their own: instants, pairs, durations. */
import { UsageError } from './context.ts'

/** Collects a repeatable option. */
export function collect(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value]
}

/** A whole new list; `none` alone is the empty one. */
export function listOrNone(values: readonly string[] | undefined): readonly string[] | undefined {
  return values?.length === 1 && values[0] === 'none' ? [] : values
}

const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 }

/** `90d`, `12h`, `30m`, `45s`, or plain seconds. */
export function durationSeconds(text: string): number {
  const match = /^([0-9]+)([smhd]?)$/.exec(text)
  if (match === null) throw new UsageError(`${text} is not a duration. Write 90d, 12h, 30m or 45s.`)
  return Number(match[1]) * (UNIT_SECONDS[match[2] ?? ''] ?? 1)
}

/** Whole days of a duration, rounded up; `never` for null. */
export function days(text: string): number | null {
  return text === 'never' ? null : Math.ceil(durationSeconds(text) / 86_400)
}

/** A duration from now, or an instant in RFC 3339. */
export function instant(text: string, nowMs: number): string {
  if (/^[0-9]+[smhd]$/.test(text)) return new Date(nowMs + durationSeconds(text) * 1000).toISOString()
  const atMs = Date.parse(text)
  if (Number.isNaN(atMs))
    throw new UsageError(`${text} is neither an instant (2027-01-31T12:00:00Z) nor a duration (90d).`)
  return new Date(atMs).toISOString()
}

/** `name=value` pairs into one object. */
export function pairs(texts: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    texts.map((text) => {
      const split = text.indexOf('=')
      if (split < 1) throw new UsageError(`${text} is not name=value.`)
      return [text.slice(0, split), text.slice(split + 1)]
    }),
  )
}

/** `deny`, or `serve_known:600` with the longest staleness. */
export function feedLoss(
  text: string,
): { readonly mode: 'deny' } | { readonly mode: 'serve_known'; readonly max_stale_seconds: number } {
  if (text === 'deny') return { mode: 'deny' }
  const match = /^serve_known:(.+)$/.exec(text)
  if (match === null) throw new UsageError(`${text} is not a policy. Write deny or serve_known:600.`)
  return { mode: 'serve_known', max_stale_seconds: durationSeconds(match[1] ?? '') }
}

/** A value that is written as JSON. */
export function json(text: string, option: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new UsageError(`${option} takes JSON, such as '{"kind":"ip","allow":["10.0.0.0/8"]}'; this is none: ${text}`)
  }
}
