import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FrameBuilder } from './frame-builder.ts'
import { HEADER_BYTES, linesOf, scan, type Scanned } from './frame.ts'

const builder = new FrameBuilder()
function encode(lines: readonly string[], firstSequence: number): Buffer {
  for (const one of lines) builder.add(one)
  return builder.finish(firstSequence)
}

function read(bytes: Buffer): { readonly lines: readonly string[]; readonly damage: readonly [number, number][] } {
  const scanned: readonly Scanned[] = [...scan(bytes, 0)]
  return {
    lines: scanned.flatMap((one) => (one.kind === 'frame' ? linesOf(bytes, one.frame) : [])),
    damage: scanned.flatMap((one) =>
      one.kind === 'damage' ? [[one.damage.start, one.damage.end] as [number, number]] : [],
    ),
  }
}

const line = fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\n'))
const batches = fc.array(fc.array(line, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 5 })

describe('frames', () => {
  test('what was written is read, whatever the text, also when it does not fit at first', () => {
    fc.assert(
      fc.property(batches, (written) => {
        let sequence = 1
        const frames = written.map((lines) => encode(lines, (sequence += lines.length) - lines.length))
        expect(read(Buffer.concat(frames))).toEqual({ lines: written.flat(), damage: [] })
      }),
      { numRuns: 200 },
    )
    const long = 'ä'.repeat(50_000)
    expect(read(encode([long, ''], 7)).lines).toEqual([long, ''])
  })

  test('a sequence beyond 2^32 comes back exactly', () => {
    const bytes = encode(['x'], 0x1_2345_6789_a)
    const [first] = [...scan(bytes, 0)]
    expect(first).toMatchObject({ kind: 'frame', frame: { firstSequence: 0x1_2345_6789_a, lineCount: 1 } })
  })

  test('a cut at any byte loses the cut frame only', () => {
    const whole = Buffer.concat([encode(['one', 'two'], 1), encode(['three'], 3)])
    const firstEnd = HEADER_BYTES + 'one\ntwo'.length
    for (let length = firstEnd; length < whole.length; length++) {
      const result = read(whole.subarray(0, length))
      expect(result.lines).toEqual(['one', 'two'])
      expect(result.damage).toEqual(length === firstEnd ? [] : [[firstEnd, length]])
    }
  })

  test('one flipped bit anywhere loses its own frame only, and the loss is reported', () => {
    const frames = [encode(['one'], 1), encode(['two'], 2), encode(['three'], 3)]
    const whole = Buffer.concat(frames)
    const start = frames[0]?.length ?? 0
    const end = start + (frames[1]?.length ?? 0)
    for (let at = start; at < end; at++) {
      const broken = Buffer.from(whole)
      broken.writeUInt8(broken.readUInt8(at) ^ 0x10, at)
      expect(read(broken)).toEqual({ lines: ['one', 'three'], damage: [[start, end]] })
    }
  })

  test('garbage never throws and never becomes a line', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (garbage) => {
        expect(read(Buffer.from(garbage)).lines).toEqual([])
      }),
    )
  })
})
