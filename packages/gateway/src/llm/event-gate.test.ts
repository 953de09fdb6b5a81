import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { EventGate, MAX_EVENT_BYTES } from './event-gate.ts'

const NEEDLE = 'needle'

function cutAt(bytes: Buffer, cuts: readonly number[]): readonly Buffer[] {
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length]
  return places.slice(1).map((end, index) => bytes.subarray(places[index], end))
}

function pass(chunks: readonly Uint8Array[], read: (event: Uint8Array) => 'pass' | 'drop'): Buffer {
  const gate = new EventGate(NEEDLE, read)
  const passed = [...chunks.map((chunk) => gate.push(chunk)), gate.end()]
  return Buffer.concat(passed.filter((part) => part !== undefined))
}

/** Reads the whole stream at once, line by line, as slowly and plainly as it can be done. */
function reference(text: string): { readonly events: readonly string[]; readonly without: (event: string) => string } {
  const mark = text.startsWith('\u{ef}\u{bb}\u{bf}') ? 3 : 0
  const lines = text.slice(mark).match(/[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$/g) ?? []
  const parts: { kind: 'loose' | 'event'; text: string }[] = [{ kind: 'loose', text: text.slice(0, mark) }]
  let event: string | undefined
  for (const line of lines) {
    const blank = /^[\r\n]/.test(line)
    if (event === undefined && (blank || line.startsWith(':'))) parts.push({ kind: 'loose', text: line })
    else {
      event = (event ?? '') + line
      if (blank) {
        parts.push({ kind: 'event', text: event })
        event = undefined
      }
    }
  }
  if (event !== undefined) parts.push({ kind: 'event', text: event })
  return {
    events: parts.filter((part) => part.kind === 'event').map((part) => part.text),
    without: (dropped) =>
      parts
        .filter((part) => part.kind === 'loose' || !part.text.includes(dropped))
        .map((part) => part.text)
        .join(''),
  }
}

const lineEnd = fc.constantFrom('\n', '\r\n', '\r')
const line = fc.constantFrom(
  'data: x',
  'data: needle',
  'data:{"a":"needle drop"}',
  'data',
  ': note',
  ':needle drop',
  'event: e',
  'id: 7',
  '',
  '',
  '',
  'needle drop',
)
const stream = fc
  .tuple(
    fc.constantFrom('', '\u{ef}\u{bb}\u{bf}', '\u{ef}\u{bb}', '\u{ef}'),
    fc.array(fc.tuple(line, lineEnd), { maxLength: 24 }),
    fc.constantFrom('', 'data: needle', 'data: needle drop', ': n'),
  )
  .map(([mark, lines, rest]) => mark + lines.map(([text, end]) => text + end).join('') + rest)
const cuts = fc.array(fc.nat(), { maxLength: 30 })

describe('EventGate', () => {
  test('passes every byte of every stream as it came, whatever the line ends and the cuts', () => {
    fc.assert(
      fc.property(stream, cuts, (text, at) => {
        const bytes = Buffer.from(text, 'latin1')
        expect(pass(cutAt(bytes, at), () => 'pass').toString('latin1')).toBe(text)
      }),
      { numRuns: 2_000 },
    )
  })

  test('shows exactly the events that hold the needle, as a plain reader of the whole stream finds them', () => {
    fc.assert(
      fc.property(stream, cuts, (text, at) => {
        const shown: string[] = []
        pass(cutAt(Buffer.from(text, 'latin1'), at), (event) => {
          shown.push(
            Buffer.from(event)
              .toString('latin1')
              .replace(/\r\n|\r/g, '\n')
              .replace(/\n\n$/, '\n'),
          )
          return 'pass'
        })
        const expected = reference(text).events.filter((event) => event.includes(NEEDLE))
        // The LF of a CRLF that the cut left for the next chunk is not shown.
        expect(shown).toEqual(expected.map((event) => event.replace(/\r\n|\r/g, '\n').replace(/\n\n$/, '\n')))
      }),
      { numRuns: 2_000 },
    )
  })

  test('takes out exactly the events that it is told to, with all their line ends', () => {
    fc.assert(
      fc.property(stream, cuts, (text, at) => {
        const kept = pass(cutAt(Buffer.from(text, 'latin1'), at), (event) =>
          Buffer.from(event).includes('drop') ? 'drop' : 'pass',
        )
        expect(kept.toString('latin1')).toBe(reference(text).without('drop'))
      }),
      { numRuns: 2_000 },
    )
  })

  test('passes a chunk of whole events on without a copy', () => {
    const gate = new EventGate(NEEDLE, () => 'pass')
    const chunk = Buffer.from('data: a\n\ndata: b\n\n')
    expect(gate.push(chunk)).toBe(chunk)
  })

  test('lets a comment pass before its blank line comes, as it keeps connections alive', () => {
    const gate = new EventGate(NEEDLE, () => 'pass')
    expect(gate.push(Buffer.from(': wait'))?.toString()).toBe(': wait')
  })

  test('holds half an event back until it is whole', () => {
    const gate = new EventGate(NEEDLE, () => 'pass')
    expect(gate.push(Buffer.from('data: a'))).toBeUndefined()
    expect(gate.isClean).toBe(true)
    expect(String(gate.push(Buffer.from('\n\ndata')))).toBe('data: a\n\n')
  })

  test('lets an event that is too long pass unread, and says that what has passed is not clean', () => {
    const shown: Uint8Array[] = []
    const gate = new EventGate(NEEDLE, (event) => {
      shown.push(event)
      return 'drop'
    })
    const long = Buffer.from(`data: ${'x'.repeat(MAX_EVENT_BYTES)} needle`)
    expect(gate.push(long)).toBe(long)
    expect(gate.isClean).toBe(false)
    expect(String(gate.push(Buffer.from('y\n\ndata: needle\n\n')))).toBe('y\n\n')
    expect(shown.map(String)).toEqual(['data: needle\n\n'])
  })

  test('takes an event of one-byte chunks in linear time', () => {
    const gate = new EventGate(NEEDLE, () => 'pass')
    const startedMs = performance.now()
    for (let index = 0; index < 300_000; index++) gate.push(Buffer.of(0x64))
    expect(performance.now() - startedMs).toBeLessThan(1_000)
  })
})
