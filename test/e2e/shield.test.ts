/** The guide of the shield, run as it stands there. */
import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { api, startProduct, type Product } from '../support/product.ts'

const ROOT = resolve(import.meta.dirname, '../..')

let product: Product
let guide: string
beforeAll(async () => {
  product = await startProduct()
  guide = await readFile(join(ROOT, 'docs/guide/shield.md'), 'utf8')
})
afterAll(async () => product?.dispose())

async function runExample(index: number): Promise<string> {
  const example = [...guide.matchAll(/^```sh example\n(.*?)^```$/gms)][index]?.[1] ?? 'false'
  const path = `${join(ROOT, 'node_modules/.bin')}:${process.env['PATH'] ?? ''}`
  const shell = spawn('bash', ['-c', `set -euo pipefail\n${example}`], {
    env: { ...process.env, ...product.env, PATH: path },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let printed = ''
  shell.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text))
  expect(await new Promise((ended) => shell.once('close', ended)), printed).toBe(0)
  return printed
}

test('the first example of the guide shows three failures', async () => {
  expect(await runExample(0)).toBe('401\n401\n401\nclaviger_credential_failures_total{reason="malformed"} 3\n')
})

test('the second shows who is told to wait, and lets it in', { timeout: 60_000 }, async () => {
  const statuses: number[] = []
  for (let count = 0; count < 62; count++) {
    const answer = await fetch(`${product.url}/gw/shop/orders`, { headers: { authorization: 'Bearer nonsense' } })
    statuses.push(answer.status)
  }
  expect(statuses).toContain(429)
  // the prober is this machine, so the operator waits as well
  await expect.poll(async () => (await api(product, 'GET', '/me')).status, { timeout: 10_000 }).toBe(200)
  const printed = await runExample(1)
  expect(printed).toContain('203.0.113.7/32')
  expect(printed).toContain('"subject":"acme"')
  const { body } = await api(product, 'GET', '/audit?operation=shield.lift')
  expect(body['data']).toHaveLength(2)
})
