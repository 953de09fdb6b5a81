/**
 * Names of header fields, read once: a server sees the same few hundred spellings all day, and folding, testing and
 * comparing them anew for each field of each message is felt.
 */

export interface FieldName {
  readonly lower: string
  /** Lower case, and `_` read as `-`: CGI, WSGI and their heirs take the two for one. */
  readonly plain: string
  /** RFC 9110 §5.6.2 `token`. */
  readonly isToken: boolean
}

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
/** Strangers choose names: what is remembered is bounded in number and length. */
const REMEMBERED_NAMES = 4_096
const REMEMBERED_LENGTH = 64

const remembered = new Map<string, FieldName>()

export function fieldName(spelled: string): FieldName {
  const known = remembered.get(spelled)
  if (known !== undefined) return known
  const lower = spelled.toLowerCase()
  const read = { lower, plain: lower.replaceAll('_', '-'), isToken: TOKEN.test(spelled) }
  if (spelled.length > REMEMBERED_LENGTH) return read
  if (remembered.size >= REMEMBERED_NAMES) remembered.clear()
  remembered.set(spelled, read)
  return read
}
