/** Base62 of whole numbers: digits, upper case, lower case, in the order of ASCII. Fixed width, big-endian. */
export const BASE62_DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** The value of an ASCII code as a base62 digit; -1 for every other code below 128. */
export const BASE62_VALUES: Int8Array = digitTable()

const RADIX = 62n

/**
 * Writes `bytes`, read as one big-endian number, in exactly `width` digits, padded with zeros on the left.
 *
 * @throws RangeError when the number needs more digits
 */
export function base62Encode(bytes: Uint8Array, width: number): string {
  let rest = 0n
  for (const byte of bytes) rest = (rest << 8n) | BigInt(byte)
  return base62OfNumber(rest, width)
}

/**
 * Writes a number of 0 or more in exactly `width` digits.
 *
 * @throws RangeError when the number is negative or needs more digits
 */
export function base62OfNumber(value: bigint, width: number): string {
  if (value < 0n) throw new RangeError('base62 writes no negative numbers')
  let rest = value
  let text = ''
  for (let digit = 0; digit < width; digit += 1) {
    text = BASE62_DIGITS.charAt(Number(rest % RADIX)) + text
    rest /= RADIX
  }
  if (rest !== 0n) throw new RangeError(`the number does not fit into ${width} base62 digits`)
  return text
}

/** Reads back what `base62Encode` wrote. @returns undefined for a foreign character, or a number of more bytes */
export function base62Decode(text: string, byteLength: number): Uint8Array | undefined {
  let value = 0n
  for (let at = 0; at < text.length; at += 1) {
    const digit = BASE62_VALUES[text.charCodeAt(at)] ?? -1
    if (digit < 0) return undefined
    value = value * RADIX + BigInt(digit)
  }
  const bytes = new Uint8Array(byteLength)
  for (let at = byteLength - 1; at >= 0; at -= 1) {
    bytes[at] = Number(value & 0xffn)
    value >>= 8n
  }
  return value === 0n ? bytes : undefined
}

function digitTable(): Int8Array {
  const table = new Int8Array(128).fill(-1)
  for (let digit = 0; digit < BASE62_DIGITS.length; digit += 1) table[BASE62_DIGITS.charCodeAt(digit)] = digit
  return table
}
