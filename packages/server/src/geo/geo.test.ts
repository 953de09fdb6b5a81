import { copyFile, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { silentLog, StartError, type Log } from '#config'
import { openGeo, type Geo, type GeoOptions } from './geo.ts'
import { ip, vectorBytes, vectorPath, type VectorName } from './testing/vectors.ts'

const COUNTRY = vectorPath('GeoLite2-Country-Test.mmdb')
const ASN = vectorPath('GeoLite2-ASN-Test.mmdb')
const NOW_MS = Date.parse('2026-11-24T00:00:00Z')
const LOOK_EVERY_MS = 5

let folder: string
let opened: Geo[]
beforeEach(async () => {
  opened = []
  folder = await mkdtemp(join(tmpdir(), 'claviger-geo-'))
})
afterEach(async () => {
  for (const geo of opened) geo.close()
  await rm(folder, { recursive: true, force: true })
})

async function open(
  files: Partial<GeoOptions['config']>,
  { log = silentLog, lookEveryMs = LOOK_EVERY_MS }: { readonly log?: Log; readonly lookEveryMs?: number } = {},
): Promise<Geo> {
  const geo = await openGeo({
    config: { geoCountryFile: undefined, geoAsnFile: undefined, ...files },
    log,
    nowMs: () => NOW_MS,
    lookEveryMs,
  })
  opened.push(geo)
  return geo
}

describe('without any file of the operator', () => {
  test('the country file that comes along answers, for both families and for mapped addresses', async () => {
    const geo = await open({})
    expect(
      ['8.8.8.8', '81.2.69.142', '::ffff:81.2.69.142', '2001:4860:4860::8888'].map((text) => geo.countryOf(ip(text))),
    ).toEqual(['US', 'GB', 'GB', 'US'])
    expect(geo.state().country).toMatchObject({ isBuiltIn: true, problem: undefined })
    expect(geo.state().country.builtAtMs).toBeGreaterThan(Date.parse('2026-01-01'))
  })

  test('private and reserved addresses are in no country, though that file places some', async () => {
    const geo = await open({})
    const addresses = [
      '192.168.1.1',
      '10.0.0.1',
      '127.0.0.1',
      '::ffff:192.168.1.1',
      '::1',
      'fe80::1',
      'fd00::1',
      '2001:db8::1',
    ]
    expect(addresses.map((text) => geo.countryOf(ip(text)))).toEqual(addresses.map(() => undefined))
  })

  test('no ASN is known, and it says so', async () => {
    const geo = await open({})
    expect([geo.has('country'), geo.has('asn')]).toEqual([true, false])
    expect(geo.asnOf(ip('1.128.0.0'))).toBeUndefined()
    expect(geo.state().asn).toBeUndefined()
  })
})

test('with files of the operator, those answer', async () => {
  const geo = await open({ geoCountryFile: COUNTRY, geoAsnFile: ASN })
  expect([geo.has('country'), geo.has('asn')]).toEqual([true, true])
  expect([geo.countryOf(ip('2a02:f300::1')), geo.asnOf(ip('1.128.0.0')), geo.asnOf(ip('8.8.8.8'))]).toEqual([
    'NO',
    1221,
    undefined,
  ])
  expect(geo.state().asn).toEqual({
    databaseType: 'GeoLite2-ASN',
    builtAtMs: Date.parse('2026-02-04T22:49:29Z'),
    loadedAtMs: NOW_MS,
    problem: undefined,
    refusedFiles: 0,
    isBuiltIn: false,
  })
})

describe('the start is refused in plain words', () => {
  test.each<[string, Partial<GeoOptions['config']>, string]>([
    [
      'a file that is not there',
      { geoCountryFile: '/nowhere/country.mmdb' },
      'The file /nowhere/country.mmdb cannot be used: there is no such file. CLAVIGER_GEO_COUNTRY_DB must name',
    ],
    ['a folder', { geoAsnFile: tmpdir() }, 'it is a folder'],
    [
      'a broken file',
      { geoAsnFile: vectorPath('MaxMind-DB-test-broken-search-tree-24.mmdb') },
      'its search tree leads back to itself',
    ],
    [
      'a file of countries where one of ASNs is wanted',
      { geoAsnFile: COUNTRY },
      'names an autonomous system number for no address. CLAVIGER_GEO_ASN_DB must name',
    ],
  ])('for %s', async (_, files, words) => {
    const refused = await open({ geoCountryFile: COUNTRY, ...files }).catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(StartError)
    expect(refused).toMatchObject({ code: 'geo_file_unusable', message: expect.stringContaining(words) })
  })
})

describe('while it runs', { timeout: 30_000 }, () => {
  let file: string
  let lines: { readonly level: string; readonly facts: object }[]
  let log: Log
  beforeEach(async () => {
    file = join(folder, 'country.mmdb')
    await copyFile(COUNTRY, file)
    lines = []
    const keep = (level: string) => (facts: object) => void lines.push({ level, facts })
    log = { debug: keep('debug'), info: keep('info'), warn: keep('warn'), error: keep('error') }
  })

  /** As a careful updater does it: written beside, moved into place. */
  async function replaceBy(bytes: Buffer): Promise<void> {
    await writeFile(`${file}.new`, bytes)
    await rename(`${file}.new`, file)
  }
  const typeOf = (geo: Geo) => geo.state().country.databaseType
  const problemOf = (geo: Geo) => geo.state().country.problem
  const eventually = { timeout: 20_000, interval: 2 }
  const manyLooks = async () => new Promise((done) => setTimeout(done, 20 * LOOK_EVERY_MS))

  test('a new file is taken into use without a restart, and what the old one said is forgotten', async () => {
    const geo = await open({ geoCountryFile: file }, { log })
    expect(geo.countryOf(ip('81.2.69.142'))).toBe('GB')
    await replaceBy(withCountry('ZW'))
    await expect.poll(() => geo.countryOf(ip('81.2.69.142')), eventually).toBe('ZW')
    expect(lines).toEqual([{ level: 'info', facts: expect.objectContaining({ database: 'country', file }) }])
    expect(problemOf(geo)).toBeUndefined()
  })

  test('a file that is written over in place is taken into use when it is whole', async () => {
    const geo = await open({ geoCountryFile: file }, { log, lookEveryMs: 100 })
    await writeFile(file, vectorBytes('GeoLite2-City-Test.mmdb'))
    await expect.poll(() => typeOf(geo), eventually).toBe('GeoLite2-City')
    expect(lines.filter((line) => line.level === 'error')).toEqual([])
  })

  test.each<[string, VectorName | undefined, string]>([
    ['broken', 'MaxMind-DB-test-broken-search-tree-24.mmdb', 'its search tree leads back to itself'],
    ['of another kind', 'GeoLite2-ASN-Test.mmdb', 'it is a GeoLite2-ASN file and names a country for no address'],
    ['gone', undefined, 'there is no such file'],
  ])('a new file that is %s leaves the old one in use, and is told once', async (_, vector, problem) => {
    const geo = await open({ geoCountryFile: file }, { log })
    if (vector === undefined) await rm(file)
    else await replaceBy(vectorBytes(vector))
    await expect.poll(() => problemOf(geo), eventually).toBe(problem)
    await manyLooks()
    expect(geo.countryOf(ip('81.2.69.142'))).toBe('GB')
    expect(geo.state().country).toMatchObject({ databaseType: 'GeoLite2-Country', refusedFiles: 1 })
    expect(lines).toEqual([{ level: 'error', facts: { database: 'country', file, problem } }])

    await replaceBy(vectorBytes('GeoLite2-City-Test.mmdb'))
    await expect.poll(() => typeOf(geo), eventually).toBe('GeoLite2-City')
    expect(geo.state().country).toMatchObject({ problem: undefined, refusedFiles: 1 })
  })

  test('nothing is read again while the file stays as it is', async () => {
    const geo = await open({ geoCountryFile: file }, { log })
    await manyLooks()
    expect(lines).toEqual([])
    expect(typeOf(geo)).toBe('GeoLite2-Country')
  })

  test('nothing is looked at any more when it is closed', async () => {
    const geo = await open({ geoCountryFile: file }, { log })
    geo.close()
    await replaceBy(vectorBytes('GeoLite2-City-Test.mmdb'))
    await manyLooks()
    expect(typeOf(geo)).toBe('GeoLite2-Country')
  })
})

/** The file with one code in place of `GB`. */
function withCountry(code: string): Buffer {
  const bytes = vectorBytes('GeoLite2-Country-Test.mmdb')
  for (let at = bytes.indexOf('BGB'); at >= 0; at = bytes.indexOf('BGB', at + 1)) bytes.write(code, at + 1, 'latin1')
  return bytes
}
