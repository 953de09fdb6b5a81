import { describe, expect, test } from 'vitest'
import { EventStreamParser, type StreamEvent } from './event-stream.ts'

function parsed(...chunks: readonly string[]): readonly StreamEvent[] {
  const events: StreamEvent[] = []
  const parser = new EventStreamParser((event) => events.push(event), 'first')
  for (const chunk of chunks) parser.push(Buffer.from(chunk))
  return events
}

const TEXT = 'retry: 250\n\nevent: hello\nid: a.1\ndata: {"é":1}\n\n: a comment\ndata\ndata:x\ndata: y\n\ndata: cut'

describe('an event stream', () => {
  const whole = [
    { event: 'hello', data: '{"é":1}', lastEventId: 'a.1' },
    { event: 'message', data: '\nx\ny', lastEventId: 'a.1' },
  ]

  test.each(['\n', '\r\n', '\r'])('has lines that end with %j', (end) => {
    expect(parsed(TEXT.replaceAll('\n', end))).toEqual(whole)
  })

  test('is the same however it comes in', () => {
    const bytes = Buffer.from(TEXT.replaceAll('\n', '\r\n'))
    for (let at = 1; at < bytes.length; at += 1) {
      const events: StreamEvent[] = []
      const parser = new EventStreamParser((event) => events.push(event))
      parser.push(bytes.subarray(0, at))
      parser.push(bytes.subarray(at))
      expect(events).toEqual(whole)
    }
  })

  test('keeps the last id for events without one, and takes none from an event that is cut off', () => {
    expect(parsed('data: 1\n\n', 'id: b\ndata: 2')).toEqual([{ event: 'message', data: '1', lastEventId: 'first' }])
  })

  test('gives up a line without an end', () => {
    expect(() => parsed('x'.repeat(16_777_217))).toThrow(RangeError)
  })
})
