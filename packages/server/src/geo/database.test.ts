import fc from 'fast-check'
import { formatIp } from '@claviger/core'
import { describe, expect, test } from 'vitest'
import { BrokenFile } from './broken-file.ts'
import { openDatabase, type Database } from './database.ts'
import { ASN, COUNTRY, type Subject } from './subject.ts'
import { ip, sourceOf, vectorBytes } from './testing/vectors.ts'

/** Reads what the test files of the format itself hold. */
const NAME_OF_NETWORK: Subject<string> = {
  ...COUNTRY,
  read: (record) =>
    typeof record === 'object' && record !== null && 'ip' in record && typeof record.ip === 'string'
      ? record.ip
      : undefined,
}

const asked = <Answer>(database: Database<Answer>, ...addresses: readonly string[]): readonly (Answer | undefined)[] =>
  addresses.map((address) => database.answerOf(ip(address)))

describe('the files of MaxMind', () => {
  test('GeoLite2 Country: IPv4, IPv6, an IPv4-mapped address, one that is not in it', async () => {
    const database = await openDatabase(vectorBytes('GeoLite2-Country-Test.mmdb'), COUNTRY)
    expect(database).toMatchObject({ databaseType: 'GeoLite2-Country', builtAtMs: Date.parse('2026-02-04T22:49:29Z') })
    expect(asked(database, '81.2.69.142', '2a02:f300::1', '::ffff:81.2.69.142', '1.1.1.1')).toEqual([
      'GB',
      'NO',
      'GB',
      undefined,
    ])
  })

  test('GeoLite2 City: every network that its source places, twice: from the file and from memory', async () => {
    const database = await openDatabase(vectorBytes('GeoLite2-City-Test.mmdb'), COUNTRY)
    const expected = sourceOf('GeoLite2-City-Test').map(([network, record]) => [network, countryIn(record)] as const)
    expect(expected.length).toBeGreaterThan(200)
    for (let round = 0; round < 2; round += 1)
      expect(expected.map(([network]) => [network, database.answerOf(ip(firstOf(network)))])).toEqual(expected)
  })

  test('GeoLite2 ASN: every network of its source', async () => {
    const database = await openDatabase(vectorBytes('GeoLite2-ASN-Test.mmdb'), ASN)
    const expected = sourceOf('GeoLite2-ASN-Test').map(([network, record]) => [network, asnIn(record)] as const)
    expect(expected.length).toBeGreaterThan(500)
    expect(expected.map(([network]) => [network, database.answerOf(ip(firstOf(network)))])).toEqual(expected)
  })

  test('GeoIP2 ISP, where some records name an ISP and no number', async () => {
    const database = await openDatabase(vectorBytes('GeoIP2-ISP-Test.mmdb'), ASN)
    expect(asked(database, '1.128.0.0', '8.8.8.8')).toEqual([1221, undefined])
  })

  test('records of 32 bits, with both families in one tree', async () => {
    const database = await openDatabase(vectorBytes('MaxMind-DB-test-mixed-32.mmdb'), NAME_OF_NETWORK)
    expect(asked(database, '1.1.1.1', '1.1.1.3', '1.1.1.33', '::1:ffff:ffff', '::2:0:59')).toEqual([
      '::1.1.1.1',
      '::1.1.1.2',
      undefined,
      '::1:ffff:ffff',
      '::2:0:58',
    ])
  })

  test('values of every type are read past', async () => {
    const text: Subject<string> = {
      ...COUNTRY,
      read: (record) =>
        typeof record === 'object' && record !== null && 'utf8_string' in record
          ? String(record.utf8_string)
          : undefined,
    }
    const database = await openDatabase(vectorBytes('MaxMind-DB-test-decoder.mmdb'), text)
    expect(asked(database, '1.1.1.1')).toEqual(['unicode! ☯ - ♫'])
  })
})

test('a file of IPv4 alone does not take an IPv6 address for the IPv4 address that it begins with', async () => {
  const database = await openDatabase(mendedTree(), NAME_OF_NETWORK)
  expect(asked(database, '1.1.1.1', '101:101::')).toEqual(['1.1.1.1', undefined])
})

describe('a file is refused, in words, that', () => {
  test('is broken in its tree', async () => {
    await expect(
      openDatabase(vectorBytes('MaxMind-DB-test-broken-search-tree-24.mmdb'), NAME_OF_NETWORK),
    ).rejects.toThrow(new BrokenFile('its search tree leads back to itself'))
  })

  test.each([
    ['straight', 36, 52],
    ['through a part that is fine where it was first met', 47, 5],
  ])('has a way in its tree that is longer than an address: %s', async (_, node, child) => {
    const bytes = mendedTree()
    bytes.writeUIntBE(child, node * 6, 3)
    await expect(openDatabase(bytes, NAME_OF_NETWORK)).rejects.toThrow(
      new BrokenFile('its search tree is deeper than an address is long'),
    )
  })

  test.each([
    ['nothing', () => Buffer.alloc(0), 'not in the MaxMind format'],
    ['a text', () => Buffer.from('<html>Not found</html>'.repeat(99)), 'not in the MaxMind format'],
    ['its description alone', () => vectorBytes('GeoLite2-Country-Test.mmdb').subarray(-400), 'a part is missing'],
    ['a file without its end', () => vectorBytes('GeoLite2-Country-Test.mmdb').subarray(0, -400), 'its end is missing'],
    ['a packed file', () => Buffer.from([0x1f, 0x8b, 8, 0]), 'unpack it'],
    [
      'a file of another version',
      () => replaced('binary_format_major_version\u{a1}\u{2}', 'binary_format_major_version\u{a1}\u{3}'),
      'a version that is not known',
    ],
  ])('is %s', async (_, bytes, words) => {
    await expect(openDatabase(bytes(), COUNTRY)).rejects.toThrow(words)
  })

  test('points to a record outside of it', async () => {
    const bytes = mendedTree()
    bytes.writeUIntBE(0xff_ffff, 36 * 6, 3)
    await expect(openDatabase(bytes, NAME_OF_NETWORK)).rejects.toThrow('what it says about 1.1.1.32 cannot be read')
  })

  test('is good and never answers the question', async () => {
    await expect(openDatabase(vectorBytes('GeoIP2-Connection-Type-Test.mmdb'), COUNTRY)).rejects.toThrow(
      'it is a GeoIP2-Connection-Type file and names a country for no address',
    )
    await expect(openDatabase(vectorBytes('GeoLite2-Country-Test.mmdb'), ASN)).rejects.toThrow(
      'it is a GeoLite2-Country file and names an autonomous system number for no address',
    )
  })
})

test('whatever is damaged in a file: it is refused, or answers every address', async () => {
  const good = vectorBytes('GeoLite2-Country-Test.mmdb')
  const damage = fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 })
  const address = fc.oneof(fc.ipV4(), fc.ipV6())
  await fc.assert(
    fc.asyncProperty(damage, fc.array(address, { minLength: 20, maxLength: 20 }), async (changes, addresses) => {
      const bytes = Buffer.from(good)
      for (const [at, value] of changes) bytes[at] = value
      const database = await openDatabase(bytes, COUNTRY).catch((error: unknown) => {
        expect(error).toBeInstanceOf(BrokenFile)
      })
      for (const text of addresses) {
        const answer = database?.answerOf(ip(text))
        expect(answer === undefined || /^[A-Z]{2}$/.test(answer)).toBe(true)
      }
    }),
    { numRuns: 200 },
  )
})

/** The broken tree with its one wrong pointer replaced: nothing is known above 128.0.0.0. */
function mendedTree(): Buffer {
  const bytes = vectorBytes('MaxMind-DB-test-broken-search-tree-24.mmdb')
  bytes.writeUIntBE(164, 3, 3)
  return bytes
}

function replaced(old: string, next: string): Buffer {
  const bytes = vectorBytes('GeoLite2-Country-Test.mmdb')
  const at = bytes.indexOf(Buffer.from(old, 'latin1'))
  if (at < 0) throw new Error(`there is no ${old}`)
  bytes.write(next, at, 'latin1')
  return bytes
}

function firstOf(network: string): string {
  return formatIp(ip(network.slice(0, network.indexOf('/'))))
}

/** By hand, so that it is not the code under test that says what is right. */
function countryIn(record: unknown): string | undefined {
  return (record as { readonly country?: { readonly iso_code?: string } }).country?.iso_code
}

function asnIn(record: unknown): number | undefined {
  return (record as { readonly autonomous_system_number?: number }).autonomous_system_number
}
