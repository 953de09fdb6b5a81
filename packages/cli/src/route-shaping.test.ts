import { describe, expect, test } from 'vitest'
import { shapingOf } from './route-shaping.ts'

describe('options of routes', () => {
  test.each([
    [{}, {}],
    [
      { host: ['a.test', '*.b.test'], path: ['/v1', '=/ping'] },
      { hosts: ['a.test', '*.b.test'], paths: ['/v1', '=/ping'] },
    ],
    [
      { host: ['none'], path: ['none'] },
      { hosts: [], paths: [] },
    ],
    [{ stripPrefix: '/v1' }, { rewrite: { strip_prefix: '/v1' } }],
    [{ replacePath: '/rpc', stripPrefix: 'none' }, { rewrite: { replace_path: '/rpc' } }],
    [{ stripPrefix: 'none' }, { rewrite: null }],
    [
      { cors: '{"origins":["*"]}', headerRules: 'none' },
      { cors: { origins: ['*'] }, header_rules: null },
    ],
    [
      { maintenance: 'Back at noon.', retryAfter: '30m', letThrough: ['10.0.0.0/8', 'key_1'] },
      {
        maintenance: {
          message: 'Back at noon.',
          retry_after_seconds: 1_800,
          key_ids: ['key_1'],
          addresses: ['10.0.0.0/8'],
        },
      },
    ],
    [{ maintenance: 'none' }, { maintenance: null }],
  ])('%j are the members %j', (chosen, members) => expect(shapingOf(chosen)).toEqual(members))

  test('that are no JSON are refused', () => expect(() => shapingOf({ cors: '{' })).toThrow(/--cors/))
})
