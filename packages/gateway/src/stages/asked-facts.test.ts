import { compileRestrictions } from '@claviger/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { keptOrigins } from './asked-facts.ts'

const NOWHERE = { nowMs: 0, clientIp: undefined }
const allowing = compileRestrictions([
  { kind: 'origin', allow: ['https://app.example.com', 'https://*.example.org:8443', 'http://[::1]'] },
])

const host = fc.constantFrom(
  'app.example.com',
  'APP.example.com.',
  'a.example.org:8443',
  '[::1]',
  'evil.test',
  'a b',
  '',
)
const page = fc
  .tuple(
    fc.constantFrom('https://', 'http://', 'HTTPS://', '', 'ftp://'),
    fc.constantFrom('', 'user:secret@'),
    host,
    fc.constantFrom('', '/', '/secret', '?secret', '#secret', '\\secret', '/@x', ' '),
  )
  .map((parts) => parts.join(''))
const field = fc.option(fc.oneof(page, fc.string(), fc.constantFrom('null', '')), { nil: undefined })

describe('where a call comes from', () => {
  test('is judged by what is kept as by what came', () => {
    fc.assert(
      fc.property(field, field, (origin, referer) => {
        const refusals = [{ origin, referer }, keptOrigins(origin, referer)].map((facts) =>
          allowing.map((restriction) => restriction.refuses({ ...NOWHERE, ...facts })),
        )
        expect(refusals[1]).toEqual(refusals[0])
      }),
      { numRuns: 2_000 },
    )
  })

  test.each([
    [
      { origin: 'https://app.example.com', referer: 'https://app.example.com/secret' },
      { origin: 'https://app.example.com' },
    ],
    [{ referer: 'https://app.example.com/path?secret=1#x' }, { referer: 'https://app.example.com' }],
    [{ referer: 'https://user:secret@app.example.com/' }, { referer: 'null' }],
    [{ origin: 'https://app.example.com/?secret' }, { origin: 'null' }],
    [{ origin: 'secret' }, { origin: 'null' }],
    [{ referer: 'secret' }, { referer: 'null' }],
    [{ origin: `https://${'a'.repeat(300)}.example` }, { origin: 'null' }],
    [{}, {}],
  ])('is kept without what may be secret: %o', ({ origin, referer }: { origin?: string; referer?: string }, kept) => {
    expect(keptOrigins(origin, referer)).toEqual(kept)
  })
})
