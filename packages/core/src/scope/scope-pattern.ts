/**
 * The grammar of scopes. A scope is segments between `.` or `:`; both separate, and each is itself: `a.b` is not `a:b`.
 * A held scope may be a pattern: a segment `*` stands for exactly one segment, as the last one for one or more, alone
 * for every scope. What is asked for is always concrete: a `*` in it is matched by nothing.
 */

const DOT = 0x2e
const COLON = 0x3a
const STAR = 0x2a

/** What is wrong with a scope or pattern, for whoever writes it down; undefined: nothing. */
export function scopeFault(text: string): string | undefined {
  if (isWellFormed(text)) return undefined
  return text.includes('*')
    ? 'A * stands for whole segments between "." or ":", and no segment is empty.'
    : 'No segment between "." or ":" is empty.'
}

export function isPattern(text: string): boolean {
  return text.includes('*')
}

/** Whether a scope can be asked for: well formed, and without a `*`. */
export function isConcrete(text: string): boolean {
  let segmentAt = 0
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code === STAR) return false
    if (!isSeparator(code)) continue
    if (at === segmentAt) return false
    segmentAt = at + 1
  }
  return segmentAt < text.length
}

/** Whether no segment is empty, and a `*` is always a whole segment. */
export function isWellFormed(text: string): boolean {
  let segmentAt = 0
  let hasStar = false
  for (let at = 0; at <= text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (at === text.length || isSeparator(code)) {
      if (at === segmentAt || (hasStar && at - segmentAt > 1)) return false
      segmentAt = at + 1
      hasStar = false
    } else if (code === STAR) hasStar = true
  }
  return true
}

/** A well-formed pattern, and what stands before its first `*`. */
export interface Pattern {
  readonly text: string
  readonly literal: string
}

export function compilePattern(text: string): Pattern {
  return { text, literal: text.slice(0, text.indexOf('*')) }
}

/**
 * Whether everything that `text` stands for is matched by the pattern; a concrete text stands for itself. One look at
 * each character: a `*` inside takes one segment and the last one takes the rest, so nothing is ever tried twice.
 *
 * @param text well formed, or the answer may be true though it is none
 */
export function matchesPattern({ text: pattern, literal }: Pattern, text: string): boolean {
  if (!text.startsWith(literal)) return false
  const last = pattern.length - 1
  let at = literal.length
  for (let index = at; index <= last; index += 1) {
    const code = pattern.charCodeAt(index)
    if (code !== STAR) {
      if (text.charCodeAt(at) !== code) return false
      at += 1
      continue
    }
    // behind a separator there is a segment, or the text would not be well formed
    if (index === last) return true
    // a `*` of `text` inside stands for one segment as well; its last one for more, and the pattern still goes on
    while (at < text.length && !isSeparator(text.charCodeAt(at))) at += 1
  }
  return at === text.length
}

function isSeparator(code: number): boolean {
  return code === DOT || code === COLON
}
