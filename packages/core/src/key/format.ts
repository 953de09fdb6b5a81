/**
 * The form of an API key: `<prefix>_<env>_<public id 12><secret 43><checksum 6>`, only `[A-Za-z0-9_]`.
 * The checksum (CRC-32 in base62 over everything before it) lets scanners and gateways tell noise from keys; it is
 * public and proves nothing.
 */
import { BASE62_DIGITS, base62Encode, base62Value } from '../encoding/base62.ts'
import { crc32 } from '../encoding/crc32.ts'

/** Of the api; stands first. */
export const KEY_PREFIX = /^[a-z0-9]{2,12}$/
/** Such as `live` or `test`. */
export const ENVIRONMENT = /^[a-z0-9]{2,12}$/

export const PUBLIC_ID_LENGTH = 12
const SECRET_LENGTH = 43
const CHECKSUM_LENGTH = 6
const TAIL_LENGTH = PUBLIC_ID_LENGTH + SECRET_LENGTH + CHECKSUM_LENGTH
const SHORTEST = 2 + 1 + 2 + 1 + TAIL_LENGTH
const LONGEST = 12 + 1 + 12 + 1 + TAIL_LENGTH
const UNDERSCORE = 95

export interface KeyText {
  readonly prefix: string
  readonly environment: string
  /** 12 base62 characters; see `makePublicId`. */
  readonly publicId: string
  /** 32 bytes from a cryptographic source. */
  readonly secret: Uint8Array
}

export type ParsedKey =
  | { readonly kind: 'key'; readonly prefix: string; readonly environment: string; readonly publicId: string }
  /** It has the form of a key, but was mistyped or made up. */
  | { readonly kind: 'checksum' }
  | { readonly kind: 'malformed' }

const MALFORMED: ParsedKey = Object.freeze({ kind: 'malformed' })
const CHECKSUM: ParsedKey = Object.freeze({ kind: 'checksum' })

/** @throws RangeError when a part does not fit the form */
export function composeKey(parts: KeyText): string {
  if (!KEY_PREFIX.test(parts.prefix)) throw new RangeError('A key prefix is 2 to 12 of a-z and 0-9.')
  if (!ENVIRONMENT.test(parts.environment)) throw new RangeError('An environment is 2 to 12 of a-z and 0-9.')
  if (!/^[0-9A-Za-z]{12}$/.test(parts.publicId)) throw new RangeError('A public id is 12 base62 characters.')
  if (parts.secret.length !== 32) throw new RangeError('A secret is 32 bytes.')
  const body = `${parts.prefix}_${parts.environment}_${parts.publicId}${base62Encode(parts.secret, SECRET_LENGTH)}`
  return body + checksumText(crc32(body))
}

/** Takes a presented text apart. Never throws; linear in the length; too long a text is not looked at. */
export function parseKey(text: string): ParsedKey {
  const { length } = text
  if (length < SHORTEST || length > LONGEST) return MALFORMED
  const tailAt = length - TAIL_LENGTH
  if (text.charCodeAt(tailAt - 1) !== UNDERSCORE) return MALFORMED
  for (let index = tailAt; index < length; index++) {
    if (base62Value(text.charCodeAt(index)) < 0) return MALFORMED
  }
  const split = text.indexOf('_')
  if (!isLabel(text, 0, split) || !isLabel(text, split + 1, tailAt - 1)) return MALFORMED
  if (checksumValue(text, length - CHECKSUM_LENGTH) !== crc32(text, length - CHECKSUM_LENGTH)) return CHECKSUM
  return {
    kind: 'key',
    prefix: text.slice(0, split),
    environment: text.slice(split + 1, tailAt - 1),
    publicId: text.slice(tailAt, tailAt + PUBLIC_ID_LENGTH),
  }
}

/**
 * Draws a public id without bias: bytes of 248 and more are passed over.
 *
 * @param random at least 24 bytes; the chance that they do not do is below 10⁻¹⁵
 * @throws RangeError when they do not
 */
export function makePublicId(random: Uint8Array): string {
  let text = ''
  for (const byte of random) {
    if (byte < 248) text += BASE62_DIGITS.charAt(byte % 62)
    if (text.length === PUBLIC_ID_LENGTH) return text
  }
  throw new RangeError('Too few random bytes for a public id.')
}

/** The source of a regular expression that finds keys of one prefix in text; the checksum is for the finder to prove. */
export function keyPattern(prefix: string): string {
  return `${prefix}_[a-z0-9]{2,12}_[0-9A-Za-z]{${TAIL_LENGTH}}`
}

function isLabel(text: string, start: number, end: number): boolean {
  if (end - start < 2 || end - start > 12) return false
  for (let index = start; index < end; index++) {
    const code = text.charCodeAt(index)
    if (!((code >= 97 && code <= 122) || (code >= 48 && code <= 57))) return false
  }
  return true
}

function checksumText(crc: number): string {
  let rest = crc
  let text = ''
  for (let place = 0; place < CHECKSUM_LENGTH; place++) {
    text = BASE62_DIGITS.charAt(rest % 62) + text
    rest = Math.floor(rest / 62)
  }
  return text
}

function checksumValue(text: string, start: number): number {
  let value = 0
  for (let index = start; index < text.length; index++) value = value * 62 + base62Value(text.charCodeAt(index))
  return value
}
