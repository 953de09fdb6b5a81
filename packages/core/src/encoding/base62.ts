/** Base62 with the digits 0-9A-Za-z: numbers of any size, most significant digit first, fixed width. */
export const BASE62_DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

const VALUE_OF = new Int8Array(128).fill(-1)
for (let digit = 0; digit < 62; digit++) VALUE_OF[BASE62_DIGITS.charCodeAt(digit)] = digit

/** The value of one digit, or -1. */
export function base62Value(charCode: number): number {
  return charCode < 128 ? (VALUE_OF[charCode] ?? -1) : -1
}

/**
 * Writes bytes, read as one big-endian number, padded with zeros to `width` digits.
 *
 * @throws RangeError when the number needs more digits
 */
export function base62Encode(bytes: Uint8Array, width: number): string {
  let rest = 0n
  for (const byte of bytes) rest = (rest << 8n) | BigInt(byte)
  let text = ''
  for (let place = 0; place < width; place++) {
    text = BASE62_DIGITS.charAt(Number(rest % 62n)) + text
    rest /= 62n
  }
  if (rest !== 0n) throw new RangeError(`The number does not fit into ${width} base62 digits.`)
  return text
}

/** The bytes that `base62Encode` was given; undefined for a foreign digit or a number that is too large. */
export function base62Decode(text: string, byteLength: number): Uint8Array | undefined {
  let rest = 0n
  for (let index = 0; index < text.length; index++) {
    const value = base62Value(text.charCodeAt(index))
    if (value < 0) return undefined
    rest = rest * 62n + BigInt(value)
  }
  const bytes = new Uint8Array(byteLength)
  for (let index = byteLength - 1; index >= 0; index--) {
    bytes[index] = Number(rest & 0xffn)
    rest >>= 8n
  }
  return rest === 0n ? bytes : undefined
}
