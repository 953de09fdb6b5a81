/** What PostgreSQL can hold of a text: no NUL, no half of a surrogate pair. */

export function storableText(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\ufffd')
}

/** Of a text that strangers choose: at most `length` UTF-16 code units. */
export function shortText(text: string, length: number): string {
  return storableText(text.length > length ? text.slice(0, length) : text)
}
