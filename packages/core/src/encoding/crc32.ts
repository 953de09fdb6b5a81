/** CRC-32 (IEEE 802.3, reflected polynomial 0xEDB88320), over the char codes of an ASCII text. */
const TABLE = new Int32Array(256)
for (let byte = 0; byte < 256; byte++) {
  let value = byte
  for (let bit = 0; bit < 8; bit++) value = (value & 1) === 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1
  TABLE[byte] = value
}

/** @param end how many characters count; all by default */
export function crc32(text: string, end = text.length): number {
  let crc = -1
  for (let index = 0; index < end; index++) {
    crc = (crc >>> 8) ^ (TABLE[(crc ^ text.charCodeAt(index)) & 0xff] ?? 0)
  }
  return ~crc >>> 0
}
