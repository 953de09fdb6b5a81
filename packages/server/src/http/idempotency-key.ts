/**
 * The `Idempotency-Key` field: a string as structured fields write it, in quotes; bare as well, since many clients send it so.
 * @see draft-ietf-httpapi-idempotency-key-header-07 §2.1, RFC 9651 §3.3.3
 */
import { ClavigerError, parseItem } from '@claviger/core'

const BARE = /^[\x21\x23-\x5b\x5d-\x7e]{1,255}$/
const LONGEST = 255

/**
 * @returns the key, the same for its quoted and its bare form; undefined without the field
 * @throws ClavigerError `bad_header`
 */
export function readIdempotencyKey(field: string | undefined): string | undefined {
  if (field === undefined) return undefined
  const text = field.trim()
  if (BARE.test(text)) return text
  const bare = text.startsWith('"') ? parseItem(text)?.bare : undefined
  if (bare?.kind !== 'string' || bare.value === '' || bare.value.length > LONGEST)
    throw new ClavigerError('bad_header', 'Idempotency-Key is 1 to 255 visible ASCII characters, best in quotes.')
  return bare.value
}
