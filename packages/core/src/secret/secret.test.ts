import { format, inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { Secret } from './secret.ts'

const CANARY = 'canary-4711'
const secret = new Secret(CANARY)

describe('Secret', () => {
  test.each([
    // oxlint-disable-next-line typescript/restrict-template-expressions -- this accident is what the class is for
    { way: 'a template', printed: `${secret}` },
    { way: 'String()', printed: String(secret) },
    { way: 'JSON', printed: JSON.stringify({ secret }) },
    {
      way: 'util.inspect, everything shown',
      printed: inspect(secret, { showHidden: true, depth: 9, showProxy: true }),
    },
    { way: 'console.log', printed: format('%s %o %O %j', secret, secret, secret, secret) },
    {
      way: 'its own properties',
      printed: JSON.stringify([Object.getOwnPropertyNames(secret), Object.entries(secret)]),
    },
    { way: 'a copy of its properties', printed: JSON.stringify({ ...secret }) },
    // oxlint-disable-next-line typescript/restrict-template-expressions -- this accident is what the class is for
    { way: 'an error that carries it', printed: inspect(new Error(`failed for ${secret}`, { cause: { secret } })) },
  ])('does not show its value to $way', ({ printed }) => {
    expect(printed).not.toContain(CANARY)
  })

  test('cannot be cloned to another thread with its value', () => {
    expect(JSON.stringify(structuredClone({ secret }))).not.toContain(CANARY)
  })

  test('reveals its value to whoever asks for it by name', () => {
    expect(secret.reveal()).toBe(CANARY)
  })
})
