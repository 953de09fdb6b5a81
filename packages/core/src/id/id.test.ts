import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { crockfordEncode128, isCrockford128 } from '../encoding/crockford.ts'
import { ID_TYPES, isId, makeId, type IdType } from './id.ts'

const random = fc.uint8Array({ minLength: 10, maxLength: 10 })
const instant = fc.integer({ min: 0, max: 2 ** 48 - 1 })
const types = Object.keys(ID_TYPES).filter((type): type is IdType => type in ID_TYPES)

describe('crockfordEncode128', () => {
  // From the TypeID specification: spec/valid.yml in jetify-com/typeid.
  test.each([
    { uuid: '00000000-0000-0000-0000-000000000000', text: '00000000000000000000000000' },
    { uuid: '00000000-0000-0000-0000-000000000001', text: '00000000000000000000000001' },
    { uuid: '00000000-0000-0000-0000-00000000000a', text: '0000000000000000000000000a' },
    { uuid: '00000000-0000-0000-0000-000000000010', text: '0000000000000000000000000g' },
    { uuid: '00000000-0000-0000-0000-000000000020', text: '00000000000000000000000010' },
    { uuid: 'ffffffff-ffff-ffff-ffff-ffffffffffff', text: '7zzzzzzzzzzzzzzzzzzzzzzzzz' },
    { uuid: '0110c853-1d09-52d8-d73e-1194e95b5f19', text: '0123456789abcdefghjkmnpqrs' },
    { uuid: '01890a5d-ac96-774b-bcce-b302099a8057', text: '01h455vb4pex5vsknk084sn02q' },
  ])('writes $uuid as $text', ({ uuid, text }) => {
    expect(crockfordEncode128(bytesOf(uuid))).toBe(text)
    expect(isCrockford128(text)).toBe(true)
  })

  // From the TypeID specification: spec/invalid.yml.
  test.each([
    { text: '8zzzzzzzzzzzzzzzzzzzzzzzzz', why: 'more than 128 bits' },
    { text: '0123456789ABCDEFGHJKMNPQRS', why: 'upper case' },
    { text: '012345678iolu9abcdefghjkmn', why: 'letters that Crockford leaves out' },
    { text: '1234567890123456789012345', why: '25 characters' },
    { text: '012345678901234567890123456', why: '27 characters' },
    { text: '0123456789-abcdefghjkmnpqr', why: 'a hyphen' },
  ])('does not know $text: $why', ({ text }) => {
    expect(isCrockford128(text)).toBe(false)
  })

  test('refuses another number of bytes', () => {
    expect(() => crockfordEncode128(new Uint8Array(15))).toThrow(RangeError)
  })
})

describe('makeId', () => {
  test('makes the UUIDv7 of RFC 9562 appendix A.6', () => {
    const uuid = bytesOf('017f22e2-79b0-7cc3-98c4-dc0c0c07398f')
    // Version and variant are ours to set: the bits that are handed in for them do not count.
    const given = uuid.slice(6)
    given[0] = (given[0] ?? 0) | 0xf0
    given[2] = (given[2] ?? 0) | 0xc0
    expect(makeId('key', 1_645_557_742_000, given)).toBe(`key_${crockfordEncode128(uuid)}`)
  })

  test('makes what isId knows, for every type and no other', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...types),
        fc.constantFrom(...types),
        instant,
        random,
        (type, other, nowMs, bytes) => {
          const id = makeId(type, nowMs, bytes)
          expect(isId(type, id)).toBe(true)
          expect(isId(other, id)).toBe(other === type)
        },
      ),
    )
  })

  test('sorts by the millisecond', () => {
    fc.assert(
      fc.property(instant, instant, random, random, (earlier, later, one, other) => {
        fc.pre(earlier < later)
        expect(makeId('evt', earlier, one) < makeId('evt', later, other)).toBe(true)
      }),
    )
  })

  test.each([-1, 1.5, 2 ** 48, NaN])('refuses the instant %s', (nowMs) => {
    expect(() => makeId('key', nowMs, new Uint8Array(10))).toThrow(RangeError)
  })

  test('refuses fewer random bytes than it needs', () => {
    expect(() => makeId('key', 0, new Uint8Array(9))).toThrow(RangeError)
  })
})

test('every type has three letters, so that ids of all types are equally long', () => {
  for (const type of types) expect(type).toMatch(/^[a-z]{3}$/)
})

function bytesOf(uuid: string): Uint8Array {
  return Uint8Array.from(Buffer.from(uuid.replaceAll('-', ''), 'hex'))
}
