import { describe, expect, test } from 'vitest'
import { errorFacts } from './log.ts'

describe('what the log tells of an error', () => {
  test('its name, message, code and where it happened, with its cause', () => {
    const cause = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED', port: 5432 })
    const error = Object.assign(new RangeError('not now', { cause }), { code: 'store_unavailable' })
    expect(errorFacts(error)).toMatchObject({ type: 'RangeError', code: 'store_unavailable' })
    expect(errorFacts(error)).toHaveProperty('message', expect.stringContaining('connect ECONNREFUSED'))
    expect(errorFacts(error)).toHaveProperty('stack', expect.stringContaining('log.test.ts'))
    expect(errorFacts(cause)).toMatchObject({ port: 5432 })
  })

  test('never what else hangs on it: the bytes of a request, the values of a row', () => {
    const error = Object.assign(new Error('Parse Error'), {
      rawPacket: Buffer.from('Authorization: Bearer secret'),
      detail: 'Failing row contains (secret)',
      code: { secret: 'secret' },
    })
    const told = JSON.stringify({ ...errorFacts(error), stack: '' })
    expect(JSON.parse(told)).toEqual({ type: 'Error', message: 'Parse Error', stack: '' })
  })

  test('what was thrown and is no error', () => {
    expect(errorFacts('broken')).toEqual({ type: 'string', message: 'broken' })
  })
})
