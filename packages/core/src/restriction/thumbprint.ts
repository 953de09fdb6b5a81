/** Thumbprints of certificates: SHA-256 over the DER form, however it is written. */

const HEX = /^[0-9a-f]{64}$/i
const HEX_PAIRS = /^[0-9a-f]{2}(?::[0-9a-f]{2}){31}$/i
const BASE64URL = /^[A-Za-z0-9_-]{43}$/
const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/**
 * Reads base64url without padding (`x5t#S256`, RFC 8705 §3.1) and hexadecimal, with or without colons. The two bits at the
 * end of base64url that belong to no byte are not looked at: in the example of the RFC they are not 0.
 *
 * @returns 64 hexadecimal digits in lower case; undefined for everything else
 */
export function parseThumbprint(text: string): string | undefined {
  if (HEX.test(text)) return text.toLowerCase()
  if (HEX_PAIRS.test(text)) return text.replaceAll(':', '').toLowerCase()
  return BASE64URL.test(text) ? hexOf(text) : undefined
}

function hexOf(base64url: string): string {
  let hex = ''
  let bits = 0
  let held = 0
  for (const digit of base64url) {
    bits = (bits << 6) | DIGITS.indexOf(digit)
    held += 6
    while (held >= 4) {
      held -= 4
      hex += ((bits >> held) & 0xf).toString(16)
      bits &= (1 << held) - 1
    }
  }
  return hex
}
