/**
 * A short name for a long one, where it only has to tell things apart and nobody shall read what it is made of. No
 * protection against somebody who looks for a second text of the same name. Pure.
 */

const OFFSET = 0x811c9dc5
const PRIME = 0x01000193

/** Six bytes: two different texts have the same name once in 2^48. Stable, so that all processes and versions agree. */
export function shortHash(text: string): Uint8Array {
  let one = OFFSET
  let other = OFFSET ^ 0x5bd1e995
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    one = Math.imul(one ^ unit, PRIME)
    other = Math.imul(other ^ unit, 0x85ebca6b)
    other = (other << 13) | (other >>> 19)
  }
  const [low, high] = [mix(one ^ text.length), mix(other ^ one)]
  return Uint8Array.of(low, low >>> 8, low >>> 16, low >>> 24, high, high >>> 8)
}

/** The last step of MurmurHash3 (public domain): every bit of the input moves half of those of the output. */
function mix(value: number): number {
  let mixed = value ^ (value >>> 16)
  mixed = Math.imul(mixed, 0x85ebca6b)
  mixed ^= mixed >>> 13
  mixed = Math.imul(mixed, 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}
