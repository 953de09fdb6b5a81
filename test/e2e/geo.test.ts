/** Files of addresses in a running server: told, replaced without a restart, never by one that is broken. */
import { copyFile, mkdtemp, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { postmasterOf } from '../support/engine.ts'
import { freePort, makeDataDir, startProduct, type Product } from '../support/product.ts'
import { runToItsEnd } from '../support/run-server.ts'

const VECTORS = resolve(import.meta.dirname, '../vectors/geoip')
const EVENTUALLY = { timeout: 15_000, interval: 100 }

let folder: string
let file: string
let product: Product

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'claviger-geo-'))
  file = join(folder, 'asn.mmdb')
  await copyFile(join(VECTORS, 'GeoLite2-ASN-Test.mmdb'), file)
  product = await startProduct({ CLAVIGER_GEO_ASN_DB: file })
})

afterAll(async () => {
  await product?.dispose()
  await rm(folder, { recursive: true, force: true })
})

async function metric(name: string): Promise<number> {
  const text = await (await fetch(`${product.url}/metrics`)).text()
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1])
}

async function replaceBy(vector: string): Promise<void> {
  await copyFile(join(VECTORS, vector), `${file}.new`)
  await rename(`${file}.new`, file)
}

test('when the files were built, and how long ago, are metrics', async () => {
  const builtAtMs = Date.parse('2026-02-04T22:49:29Z')
  expect(await metric('claviger_geo_asn_built_at_seconds')).toBe(builtAtMs / 1000)
  expect(Math.abs((await metric('claviger_geo_asn_age_seconds')) - (Date.now() - builtAtMs) / 1000)).toBeLessThan(60)
  expect(await metric('claviger_geo_country_built_at_seconds')).toBeGreaterThan(Date.parse('2026-01-01') / 1000)
})

test('the status names both files; a broken one is told there and as a metric until a good one comes', async () => {
  const geo = async (): Promise<unknown> => (await product.cliJson(['status']))['geo']
  expect(await geo()).toMatchObject({
    country: { source: 'built_in', problem: null },
    asn: { source: 'file', database_type: 'GeoLite2-ASN', built_at: '2026-02-04T22:49:29.000Z', problem: null },
  })
  await replaceBy('MaxMind-DB-test-broken-search-tree-24.mmdb')
  await expect.poll(async () => metric('claviger_geo_asn_problem'), EVENTUALLY).toBe(1)
  expect(await geo()).toMatchObject({
    asn: { database_type: 'GeoLite2-ASN', problem: 'its search tree leads back to itself' },
  })
  expect(await metric('claviger_geo_refused_files_total')).toBe(1)
  await replaceBy('GeoIP2-ISP-Test.mmdb')
  await expect.poll(async () => metric('claviger_geo_asn_problem'), EVENTUALLY).toBe(0)
  expect(await geo()).toMatchObject({ asn: { database_type: 'GeoIP2-ISP', problem: null } })
})

test('a start with a file that cannot be used is refused in plain words, and leaves no engine behind', async () => {
  const dataDir = await makeDataDir()
  try {
    const { code, printed } = await runToItsEnd({
      CLAVIGER_DATA_DIR: dataDir,
      CLAVIGER_LISTEN: `127.0.0.1:${await freePort()}`,
      CLAVIGER_GEO_COUNTRY_DB: join(VECTORS, 'GeoLite2-ASN-Test.mmdb'),
    })
    expect(printed).toContain('it is a GeoLite2-ASN file and names a country for no address')
    expect(printed).not.toMatch(/^\s+at /m)
    expect(code).toBe(1)
    expect(postmasterOf(dataDir)).toBeUndefined()
  } finally {
    await rm(dataDir, { recursive: true, force: true })
  }
})
