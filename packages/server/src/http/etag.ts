/** ETags are revisions: `"7"`. @see RFC 9110 §8.8.3, §13.1.1, §13.1.2 */
import { ClavigerError } from '@claviger/core'

export function etagOf(revision: number): string {
  return `"${revision}"`
}

/**
 * The revision that `If-Match` names; undefined without the field and for `*`.
 *
 * @returns -1 for a tag that no revision of ours can have: weak ones, for If-Match compares strongly
 * @throws ClavigerError `bad_header` for a list or for what is no entity tag
 */
export function expectedRevision(ifMatch: string | undefined): number | undefined {
  if (ifMatch === undefined) return undefined
  const text = ifMatch.trim()
  if (text === '*') return undefined
  const match = /^(W\/)?"([\x21\x23-\x7e\x80-\xff]*)"$/.exec(text)
  if (match === null)
    throw new ClavigerError('bad_header', 'If-Match takes one entity tag in quotes, as an ETag field gave it, or *.')
  const isRevision = match[1] === undefined && /^[1-9]\d{0,9}$/.test(match[2] ?? '')
  return isRevision ? Number(match[2]) : -1
}

/** Whether the caller's copy is still good; If-None-Match compares weakly. */
export function matchesAny(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false
  return ifNoneMatch.split(',').some((tag) => tag.trim() === '*' || tag.trim().replace(/^W\//, '') === etag)
}
