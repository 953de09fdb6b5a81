/**
 * The form of the spool on disk. A segment is a row of frames; a frame is a header and lines of text joined by '\n'.
 *
 *   0  u32 magic (bytes that no UTF-8 text holds, so a payload never looks like a frame)
 *   4  u32 payload length in bytes
 *   8  u32 CRC-32 (IEEE) of everything from byte 12 to the end of the payload
 *  12  u64 sequence of the first line
 *  20  u32 number of lines
 *  24  payload, UTF-8
 *
 * All numbers are big-endian. Pure.
 */
import { crc32 } from 'node:zlib'

export const HEADER_BYTES = 24
/** A length above this is damage, not a frame. */
export const MAX_PAYLOAD_BYTES = 64 * 1024 * 1024

const MAGIC = 0xffc15b0e
const MAGIC_BYTES = Buffer.from([0xff, 0xc1, 0x5b, 0x0e])
const TWO_TO_32 = 0x1_0000_0000

export interface Frame {
  readonly firstSequence: number
  readonly lineCount: number
  /** Where the header begins. */
  readonly start: number
  /** Where the next frame begins. */
  readonly end: number
}

/** Bytes of a segment that hold no frame. */
export interface Damage {
  readonly start: number
  readonly end: number
}

export type Scanned =
  | { readonly kind: 'frame'; readonly frame: Frame }
  | { readonly kind: 'damage'; readonly damage: Damage }

/** Writes the header of a frame whose payload stands behind it already, to its end. */
export function sealFrame(frame: Buffer, firstSequence: number, lineCount: number): void {
  frame.writeUInt32BE(MAGIC, 0)
  frame.writeUInt32BE(frame.length - HEADER_BYTES, 4)
  frame.writeUInt32BE(Math.floor(firstSequence / TWO_TO_32), 12)
  frame.writeUInt32BE(firstSequence % TWO_TO_32, 16)
  frame.writeUInt32BE(lineCount, 20)
  frame.writeUInt32BE(crc32(frame.subarray(12)), 8)
}

/** The lines of a frame that `scan` found in these bytes, or that is all of them. */
export function linesOf(bytes: Buffer, frame: Pick<Frame, 'start' | 'end'>): readonly string[] {
  return bytes.toString('utf8', frame.start + HEADER_BYTES, frame.end).split('\n')
}

/**
 * Goes through a segment from `offset`, frame by frame. Bytes that hold no frame are reported as one stretch of damage,
 * up to the next whole frame or to the end: damage that reaches the end is a torn tail.
 */
export function* scan(bytes: Buffer, offset: number): Generator<Scanned> {
  let at = offset
  while (at < bytes.length) {
    const frame = frameAt(bytes, at) ?? nextFrame(bytes, at + 1)
    if (frame === undefined) {
      yield { kind: 'damage', damage: { start: at, end: bytes.length } }
      return
    }
    if (frame.start > at) yield { kind: 'damage', damage: { start: at, end: frame.start } }
    yield { kind: 'frame', frame }
    at = frame.end
  }
}

function nextFrame(bytes: Buffer, from: number): Frame | undefined {
  for (let at = bytes.indexOf(MAGIC_BYTES, from); at !== -1; at = bytes.indexOf(MAGIC_BYTES, at + 1)) {
    const frame = frameAt(bytes, at)
    if (frame !== undefined) return frame
  }
  return undefined
}

function frameAt(bytes: Buffer, start: number): Frame | undefined {
  if (start + HEADER_BYTES > bytes.length || bytes.readUInt32BE(start) !== MAGIC) return undefined
  const payloadBytes = bytes.readUInt32BE(start + 4)
  const end = start + HEADER_BYTES + payloadBytes
  if (payloadBytes > MAX_PAYLOAD_BYTES || end > bytes.length) return undefined
  if (crc32(bytes.subarray(start + 12, end)) !== bytes.readUInt32BE(start + 8)) return undefined
  const firstSequence = bytes.readUInt32BE(start + 12) * TWO_TO_32 + bytes.readUInt32BE(start + 16)
  return { firstSequence, lineCount: bytes.readUInt32BE(start + 20), start, end }
}
