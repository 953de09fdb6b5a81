/**
 * The form of an API key: `<prefix>_<environment>_<public id, 12><secret, 43><checksum, 6>`.
 * The last three are base62; the secret is 256 bits; the checksum is the CRC-32 of everything before it.
 * Described for other tools in docs/reference/key-format.md.
 */
import { BASE62_VALUES, base62Encode, base62OfNumber } from '../encoding/base62.ts'
import { CRC32_TABLE, crc32 } from '../encoding/crc32.ts'

/** A whole prefix: names the api that a key is for. */
export const KEY_PREFIX = /^[a-z0-9]{2,12}$/
/** A whole environment: `live`, `test`, … */
export const ENVIRONMENT = /^[a-z0-9]{2,12}$/
/** A whole public id: stands in the key in clear, and finds its row. */
const PUBLIC_ID = /^[0-9A-Za-z]{12}$/

export interface KeyText {
  readonly prefix: string
  readonly environment: string
  readonly publicId: string
  /** 32 bytes from the system's CSPRNG. */
  readonly secret: Uint8Array
}

export type ParsedKey =
  | {
      readonly kind: 'key'
      readonly prefix: string
      readonly environment: string
      readonly publicId: string
      /** The last four characters, which lists show. */
      readonly lastFour: string
    }
  /** The form is right and the checksum is not: mistyped, cut off, or made up. */
  | { readonly kind: 'checksum' }
  | { readonly kind: 'malformed' }

const NAME_SHORTEST = 2
const NAME_LONGEST = 12
export const PUBLIC_ID_LENGTH = 12
const SECRET_BYTES = 32
const SECRET_LENGTH = 43
const CHECKSUM_LENGTH = 6
const BODY_LENGTH = PUBLIC_ID_LENGTH + SECRET_LENGTH + CHECKSUM_LENGTH
const SHORTEST = 2 * (NAME_SHORTEST + 1) + BODY_LENGTH
const LONGEST = 2 * (NAME_LONGEST + 1) + BODY_LENGTH

const UNDERSCORE = 0x5f
const MALFORMED: ParsedKey = Object.freeze({ kind: 'malformed' })
const WRONG_CHECKSUM: ParsedKey = Object.freeze({ kind: 'checksum' })

/** 64 bits more than a public id has, so that the remainder is even to 2^-64 (NIST SP 800-90A, "simple modular method"). */
const PUBLIC_ID_RANDOM_BYTES = 17
const PUBLIC_IDS = 62n ** BigInt(PUBLIC_ID_LENGTH)

/** Writes a key. @throws RangeError when a part does not have its form: that is checked where it comes in */
export function composeKey(material: KeyText): string {
  if (!KEY_PREFIX.test(material.prefix)) throw new RangeError('not a key prefix')
  if (!ENVIRONMENT.test(material.environment)) throw new RangeError('not an environment')
  if (!PUBLIC_ID.test(material.publicId)) throw new RangeError('not a public id')
  if (material.secret.length !== SECRET_BYTES) throw new RangeError(`a key's secret has ${SECRET_BYTES} bytes`)
  const head = `${material.prefix}_${material.environment}_${material.publicId}${base62Encode(material.secret, SECRET_LENGTH)}`
  return head + base62OfNumber(BigInt(crc32(head)), CHECKSUM_LENGTH)
}

/**
 * Reads a presented text. Never throws; looks at each character at most once, whatever it is.
 * A key that parses is well formed, nothing more: only its keyed hash tells whether it is ours.
 */
export function parseKey(text: string): ParsedKey {
  const length = text.length
  if (length < SHORTEST || length > LONGEST) return MALFORMED
  const bodyAt = length - BODY_LENGTH
  const checksumAt = length - CHECKSUM_LENGTH
  let crc = -1
  let environmentAt = 0
  for (let at = 0; at < bodyAt; at += 1) {
    const code = text.charCodeAt(at)
    if (code === UNDERSCORE) {
      if (environmentAt === 0) environmentAt = at + 1
      else if (at !== bodyAt - 1) return MALFORMED
    } else if (!isLowerOrDigit(code) || at === bodyAt - 1) return MALFORMED
    crc = step(crc, code)
  }
  const prefixLength = environmentAt - 1
  const environmentLength = bodyAt - 1 - environmentAt
  if (!isNameLength(prefixLength) || !isNameLength(environmentLength)) return MALFORMED
  for (let at = bodyAt; at < checksumAt; at += 1) {
    const code = text.charCodeAt(at)
    if (digitOf(code) < 0) return MALFORMED
    crc = step(crc, code)
  }
  let checksum = 0
  for (let at = checksumAt; at < length; at += 1) {
    const digit = digitOf(text.charCodeAt(at))
    if (digit < 0) return MALFORMED
    checksum = checksum * 62 + digit
  }
  if (checksum !== ~crc >>> 0) return WRONG_CHECKSUM
  return {
    kind: 'key',
    prefix: text.slice(0, prefixLength),
    environment: text.slice(environmentAt, bodyAt - 1),
    // 12 characters: V8 copies so short a slice, so whoever keeps the id does not keep the secret behind it.
    publicId: text.slice(bodyAt, bodyAt + PUBLIC_ID_LENGTH),
    lastFour: text.slice(-4),
  }
}

/**
 * Makes a public id: 12 base62 characters, each id as likely as any other (to within 2^-64).
 *
 * @param random at least 17 bytes from the system's CSPRNG; all of them count
 * @throws RangeError for fewer bytes
 */
export function makePublicId(random: Uint8Array): string {
  if (random.length < PUBLIC_ID_RANDOM_BYTES)
    throw new RangeError(`a public id takes ${PUBLIC_ID_RANDOM_BYTES} random bytes`)
  let value = 0n
  for (const byte of random) value = (value << 8n) | BigInt(byte)
  return base62OfNumber(value % PUBLIC_IDS, PUBLIC_ID_LENGTH)
}

/**
 * The source of a regular expression that matches keys of one prefix inside other text, in any common dialect (no
 * look-around, no anchors). The checksum tells real ones from look-alikes.
 *
 * @throws RangeError when it is not a prefix
 */
export function keyPattern(prefix: string): string {
  if (!KEY_PREFIX.test(prefix)) throw new RangeError('not a key prefix')
  return `${prefix}_[a-z0-9]{${NAME_SHORTEST},${NAME_LONGEST}}_[0-9A-Za-z]{${BODY_LENGTH}}`
}

function step(crc: number, code: number): number {
  return (CRC32_TABLE[(crc ^ code) & 0xff] ?? 0) ^ (crc >>> 8)
}

/** -1 for everything that is no base62 digit, codes beyond the table included. */
function digitOf(code: number): number {
  return code < 128 ? (BASE62_VALUES[code] ?? -1) : -1
}

function isLowerOrDigit(code: number): boolean {
  return (code >= 0x61 && code <= 0x7a) || (code >= 0x30 && code <= 0x39)
}

function isNameLength(length: number): boolean {
  return length >= NAME_SHORTEST && length <= NAME_LONGEST
}
