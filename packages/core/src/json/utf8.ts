/** Whether bytes are well-formed UTF-8 (RFC 3629 §4): no overlong forms, no surrogates, nothing beyond U+10FFFF. */

const decoder = new TextDecoder('utf-8', { fatal: true })

/** @returns the offset of the first byte that begins no well-formed sequence; undefined when all is well */
export function utf8Problem(bytes: Uint8Array): number | undefined {
  // The platform's decoder is far faster than any loop of ours, but does not tell where.
  try {
    decoder.decode(bytes)
    return undefined
  } catch {
    return firstProblem(bytes)
  }
}

function firstProblem(bytes: Uint8Array): number {
  let at = 0
  while (at < bytes.length) {
    const length = sequenceLength(bytes, at)
    if (length === 0) break
    at += length
  }
  return at
}

/** 0 when no well-formed sequence begins at `at`. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0
  const second = bytes[at + 1] ?? 0
  const isTail = (offset: number): boolean => ((bytes[at + offset] ?? 0) & 0xc0) === 0x80
  if (first < 0x80) return 1
  if (first >= 0xc2 && first <= 0xdf) return isTail(1) ? 2 : 0
  if (first >= 0xe0 && first <= 0xef) {
    const isShortest = first !== 0xe0 || second >= 0xa0
    const isScalar = first !== 0xed || second <= 0x9f
    return isShortest && isScalar && isTail(1) && isTail(2) ? 3 : 0
  }
  if (first >= 0xf0 && first <= 0xf4) {
    const isShortest = first !== 0xf0 || second >= 0x90
    const isInRange = first !== 0xf4 || second <= 0x8f
    return isShortest && isInRange && isTail(1) && isTail(2) && isTail(3) ? 4 : 0
  }
  return 0
}
