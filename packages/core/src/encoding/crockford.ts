/**
 * Crockford's base32 of 128 bits, lower case, as TypeID writes UUIDs: 26 characters, the first at most `7`. 26 characters
 * carry 130 bits: two zero bits stand before the 128. Texts sort as the bits do.
 */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'

/** Both characters of every 10 bits. */
const PAIRS: readonly string[] = Array.from(
  { length: 1_024 },
  (_, bits) => ALPHABET.charAt(bits >>> 5) + ALPHABET.charAt(bits & 31),
)

const PATTERN = /^[0-7][0-9a-hjkmnp-tv-z]{25}$/

/** Writes 16 bytes, most significant bit first. @throws RangeError for another length */
export function crockfordEncode128(bytes: Uint8Array): string {
  if (bytes.length !== 16) throw new RangeError('crockfordEncode128 writes exactly 16 bytes')
  const high = bytes.subarray(0, 6).reduce((sum, byte) => sum * 256 + byte, 0)
  return crockfordEncodeHigh48(high) + crockfordEncodeLow80(bytes.subarray(6))
}

/** The first 10 of the 26 characters: they hold the first 48 bits. @param high whole, of 48 bits */
export function crockfordEncodeHigh48(high: number): string {
  const upper = Math.floor(high / 2 ** 30)
  const lower = high % 2 ** 30
  return pair(upper >>> 10) + pair(upper) + pair(lower >>> 20) + pair(lower >>> 10) + pair(lower)
}

/** The last 16 of the 26 characters: they hold the last 80 bits. @param low 10 bytes */
export function crockfordEncodeLow80(low: Uint8Array): string {
  let text = ''
  for (let at = 0; at < 10; at += 5) {
    const a = low[at] ?? 0
    const b = low[at + 1] ?? 0
    const c = low[at + 2] ?? 0
    const d = low[at + 3] ?? 0
    const e = low[at + 4] ?? 0
    text += pair((a << 2) | (b >>> 6)) + pair((b << 4) | (c >>> 4)) + pair((c << 6) | (d >>> 2)) + pair((d << 8) | e)
  }
  return text
}

function pair(bits: number): string {
  return PAIRS[bits & 1_023] ?? ''
}

/** Whether a text is one that 128 bits can be written as. */
export function isCrockford128(text: string): boolean {
  return PATTERN.test(text)
}
