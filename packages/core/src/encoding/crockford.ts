/** Crockford's base32 of 128 bits, lower case, as TypeID writes UUIDs: 26 characters, the first at most `7`. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'

const PATTERN = /^[0-7][0-9a-hjkmnp-tv-z]{25}$/

/** Writes 16 bytes, most significant bit first. Sorts as the bytes do. @throws RangeError for another length */
export function crockfordEncode128(bytes: Uint8Array): string {
  if (bytes.length !== 16) throw new RangeError('crockfordEncode128 writes exactly 16 bytes')
  let text = ''
  let pending = 0
  // 26 characters carry 130 bits: two zero bits stand before the 128.
  let pendingBits = 2
  for (const byte of bytes) {
    pending = (pending << 8) | byte
    pendingBits += 8
    while (pendingBits >= 5) {
      pendingBits -= 5
      text += ALPHABET.charAt((pending >>> pendingBits) & 31)
    }
    pending &= (1 << pendingBits) - 1
  }
  return text
}

/** Whether a text is one that `crockfordEncode128` can write. */
export function isCrockford128(text: string): boolean {
  return PATTERN.test(text)
}
