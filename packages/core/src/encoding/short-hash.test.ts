import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { shortHash } from './short-hash.ts'

const hex = (text: string): string => Buffer.from(shortHash(text)).toString('hex')

describe('shortHash', () => {
  test('stays what it is: it is told to callers', () => {
    expect([hex(''), hex('a'), hex('plan:pln_1:window:requests:key=key_1')]).toMatchInlineSnapshot(`
      [
        "0b7c3eabd3f7",
        "1918682afefe",
        "69ef9caa1917",
      ]
    `)
  })

  test('tells neighbours apart: 100,000 addresses and 100,000 ids', () => {
    const names = new Set<string>()
    for (let at = 0; at < 100_000; at++) {
      names.add(hex(`api:api_1:window:requests:ip=10.${at >> 16}.${(at >> 8) & 255}.${at & 255}/32`))
      names.add(hex(`plan:pln_1:window:requests:key=key_${String(at).padStart(26, '0')}`))
    }
    expect(names.size).toBe(200_000)
  })

  test('is moved wholly by one character', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 80 }), fc.nat(), (text, at) => {
        const place = at % text.length
        const other = `${text.slice(0, place)}${text[place] === 'x' ? 'y' : 'x'}${text.slice(place + 1)}`
        const bits = [...shortHash(text)].reduce(
          (sum, byte, index) => sum + (byte ^ (shortHash(other)[index] ?? 0)).toString(2).replaceAll('0', '').length,
          0,
        )
        expect(bits).toBeGreaterThan(5)
      }),
      { seed: 1, numRuns: 500 },
    )
  })
})
