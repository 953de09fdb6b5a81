/**
 * Finds the members of a JSON object by their bytes, so that single spans can be replaced and everything else stays as
 * it was sent. One pass, strict (RFC 8259): what this accepts, every parser reads alike.
 *
 * Only the outermost object is listed. Its names may not be repeated: of two equal names one parser takes the first and
 * another the last. The names that lead to prototypes (`__proto__`, `constructor`, `prototype`) are refused there too,
 * because whoever reads the members may build an object of them. Deeper down they are the payload's own affair: nothing
 * here builds anything of it, and a chat about JavaScript may well hold a schema with such a member.
 */
import { JsonText } from './json-text.ts'

export interface Span {
  /** Byte offsets: from `start` up to, but not with, `end`. */
  readonly start: number
  readonly end: number
}

/** The span of a member's value. */
export interface Member extends Span {
  /** Where the name begins, with its quote. */
  readonly nameStart: number
}

export interface ScannedObject {
  /** Every member by its name, in the order of the text. */
  readonly members: ReadonlyMap<string, Member>
  /** Offset of `{`. */
  readonly open: number
  /** Offset of `}`. */
  readonly close: number
}

export interface Edit extends Span {
  readonly replacement: Uint8Array
}

const PROTOTYPE_NAMES: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])
/** Bounds what a hostile body makes us remember; no API has an object of so many members to be listed. */
const MAX_MEMBERS = 1_000
const LONGEST_QUOTED_NAME = 64

const OPEN = 0x7b
const CLOSE = 0x7d

/**
 * Lists the members of the object that `bytes` (or the span `within` of it) holds. Nothing but white space may stand
 * around it. Nesting deeper than 128 levels, more than 1,000 members, and invalid UTF-8 are refused.
 *
 * @param owned names that we read or write: spelling one of them with escapes is refused
 * @throws ClavigerError `bad_json` that says why, and at which byte (also as the fact `byte`)
 */
export function scanObject(bytes: Uint8Array, owned: ReadonlySet<string>, within?: Span): ScannedObject {
  const text = new JsonText(bytes, within ?? { start: 0, end: bytes.length })
  text.skipSpace()
  const open = text.at
  if (text.peek() !== OPEN) text.fail('The body must be a JSON object')
  text.at += 1
  text.skipSpace()
  const members = new Map<string, Member>()
  if (text.peek() === CLOSE) text.at += 1
  else {
    do {
      const nameStart = text.at
      const name = acceptedName(text, owned, members)
      text.skipColon()
      const start = text.at
      text.skipValue(1)
      members.set(name, { nameStart, start, end: text.at })
    } while (text.skipToNext(CLOSE))
  }
  const close = text.at - 1
  text.finish()
  return { members, open, close }
}

/**
 * Replaces spans; they may come in any order. A span of length 0 inserts; several insertions at one place stand in the
 * order given.
 *
 * @throws RangeError when two spans overlap, or one lies outside
 */
export function splice(bytes: Uint8Array, edits: readonly Edit[]): Uint8Array {
  const ordered = edits.toSorted((one, other) => one.start - other.start || one.end - other.end)
  let length = bytes.length
  let from = 0
  for (const { start, end, replacement } of ordered) {
    if (start < from || end < start || end > bytes.length) throw new RangeError('edits overlap or lie outside')
    from = end
    length += replacement.length - (end - start)
  }
  const result = new Uint8Array(length)
  from = 0
  let to = 0
  for (const { start, end, replacement } of ordered) {
    result.set(bytes.subarray(from, start), to)
    result.set(replacement, to + start - from)
    to += start - from + replacement.length
    from = end
  }
  result.set(bytes.subarray(from), to)
  return result
}

function acceptedName(text: JsonText, owned: ReadonlySet<string>, known: ReadonlyMap<string, Member>): string {
  const start = text.at
  const { name, hasEscape } = text.readName()
  if (PROTOTYPE_NAMES.has(name)) text.fail(`The member name ${name} is not accepted`, start)
  if (known.has(name)) text.fail(`${shown(name)} stands twice`, start)
  if (hasEscape && owned.has(name)) text.fail(`${shown(name)} must be spelled without escapes`, start)
  if (known.size === MAX_MEMBERS) text.fail(`The object has more than ${MAX_MEMBERS} members`, start)
  return name
}

function shown(name: string): string {
  return name.length > LONGEST_QUOTED_NAME ? 'A member' : `The member ${JSON.stringify(name)}`
}
