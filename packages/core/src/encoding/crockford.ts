/** Crockford's base32 in lower case, as TypeID writes it: 128 bits in 26 digits, most significant first. */
const DIGITS = '0123456789abcdefghjkmnpqrstvwxyz'

/** @param bytes 16 of them */
export function crockfordEncode128(bytes: Uint8Array): string {
  let text = ''
  let held = 0
  let heldBits = 2 // 26 digits are 130 bits: two zero bits stand in front
  for (const byte of bytes) {
    held = (held << 8) | byte
    heldBits += 8
    while (heldBits >= 5) {
      heldBits -= 5
      text += DIGITS.charAt((held >>> heldBits) & 31)
    }
    held &= (1 << heldBits) - 1
  }
  return text
}

const PATTERN = /^[0-7][0-9a-hjkmnp-tv-z]{25}$/

/** Whether a text is 26 digits that fit into 128 bits. */
export function isCrockford128(text: string): boolean {
  return PATTERN.test(text)
}
