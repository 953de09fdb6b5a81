import { describe, expect, test } from 'vitest'
import { eventData } from './sse.ts'

describe('eventData', () => {
  test.each([
    { event: 'data: {"a":1}\n\n', data: '{"a":1}' },
    { event: 'data:{"a":1}\r\n\r\n', data: '{"a":1}' },
    { event: 'data:  x\r\r', data: ' x' },
    { event: 'event: e\nid: 1\ndata: a\n: note\ndata: b\ndata\n\n', data: 'a\nb\n' },
    { event: 'database: a\ndat: b\n\n', data: '' },
    { event: 'data: a', data: 'a' },
    { event: 'data: a\r\ndata: b\rdata: c\n', data: 'a\nb\nc' },
  ])('of $event is $data', ({ event, data }) => {
    expect(Buffer.from(eventData(Buffer.from(event))).toString()).toBe(data)
  })

  test('of one line is no copy', () => {
    const event = Buffer.from('data: abc\n\n')
    expect(eventData(event).buffer).toBe(event.buffer)
  })
})
