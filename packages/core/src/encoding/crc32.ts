/** CRC-32 as in IEEE 802.3, zip and PNG: reflected, polynomial 0xEDB88320. Detects typing errors, nothing else. */

/** One step is `CRC32_TABLE[(crc ^ byte) & 0xff] ^ (crc >>> 8)`; for loops that have other work to do on the way. */
export const CRC32_TABLE: Int32Array = stepTable()

/**
 * The CRC-32 of an ASCII text.
 *
 * @returns an unsigned 32-bit number
 * @throws RangeError for a character beyond ASCII: what its bytes would be is not ours to guess
 */
export function crc32(text: string): number {
  let crc = -1
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code > 0x7f) throw new RangeError('crc32 is taken over ASCII only')
    crc = (CRC32_TABLE[(crc ^ code) & 0xff] ?? 0) ^ (crc >>> 8)
  }
  return ~crc >>> 0
}

function stepTable(): Int32Array {
  const table = new Int32Array(256)
  for (let byte = 0; byte < 256; byte += 1) {
    let crc = byte
    for (let bit = 0; bit < 8; bit += 1) crc = (crc & 1) === 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1
    table[byte] = crc
  }
  return table
}
