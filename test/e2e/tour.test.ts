/** The tours of the README and of the guides, run as they stand there. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startProduct, type Product } from '../support/product.ts'
import { runTour } from '../support/tour.ts'

let product: Product

beforeAll(async () => {
  product = await startProduct()
})
afterAll(async () => product?.dispose())

test('from nothing to a revoked key', { timeout: 120_000 }, async () => {
  const { blocks, code, printed } = await runTour(product, 'README.md', { CLAVIGER_TOKEN: undefined })
  expect(blocks).toBeGreaterThan(5)
  expect({ code, printed }).toMatchObject({ code: 0 })
  expect(printed).toContain('chat.completion')
  expect(printed).toMatch(/^valid +true$/m)
  expect(printed).toMatch(/^401$/m)
  expect(printed).toContain('keys.revoke')
})

test('roles of keys', { timeout: 240_000 }, async () => {
  const { code, printed } = await runTour(product, 'docs/guide/grants.md', {})
  expect({ code, printed }).toMatchObject({ code: 0 })
  expect(printed).toContain('not yet')
  expect(printed).toMatch(/^valid +true$/m)
  expect(printed).toContain('Till 1')
  expect(printed).toMatch(/1 keys hold it[^]*a key holds it/)
})

test('the life of keys', { timeout: 240_000 }, async () => {
  const { blocks, code, printed } = await runTour(product, 'docs/guide/keys.md', {})
  expect(blocks).toBeGreaterThan(3)
  expect({ code, printed }).toMatchObject({ code: 0 })
  expect(printed).toMatch(/^created +2$/m)
  expect(printed).toMatch(/^valid +true$/m)
  expect(printed).toMatch(/^true +valid +key_[^]*^false +credential_invalid[^]*not all of them are good/m)
  expect(printed).toMatch(/^kind +decommission_owner$/m)
  expect(printed).toContain('refused, as it should be')
})

test('upstreams of a route', { timeout: 240_000 }, async () => {
  const { code, printed } = await runTour(product, 'docs/guide/upstreams.md', {})
  expect({ code, printed }).toMatchObject({ code: 0 })
  expect(printed.match(/^200$/gm)).toHaveLength(8)
  expect(printed).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/echo +true +closed +healthy/m)
  expect(printed).toMatch(/^http:\/\/127\.0\.0\.1:1\/echo +false/m)
})

test('export and apply', { timeout: 60_000 }, async () => {
  const { blocks, code, printed } = await runTour(product, 'docs/guide/apply.md', {})
  expect(blocks).toBe(1)
  expect({ code, printed }).toMatchObject({ code: 0 })
  expect(printed).toMatch(/^0 of \d+ would change\.$/m)
})
