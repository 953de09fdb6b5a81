/** The guide of the shield, run as it stands there. */
import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startProduct, type Product } from '../support/product.ts'

const ROOT = resolve(import.meta.dirname, '../..')

let product: Product
beforeAll(async () => {
  product = await startProduct()
})
afterAll(async () => product.dispose())

test('the example of the guide shows three failures', async () => {
  const guide = await readFile(join(ROOT, 'docs/guide/shield.md'), 'utf8')
  const example = /^```sh example\n(.*?)^```$/ms.exec(guide)?.[1] ?? ''
  const shell = spawn('bash', ['-c', `set -euo pipefail\n${example}`], {
    env: { ...process.env, ...product.env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let printed = ''
  shell.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text))
  expect(await new Promise((ended) => shell.once('close', ended))).toBe(0)
  expect(printed).toBe('401\n401\n401\nclaviger_credential_failures_total{reason="malformed"} 3\n')
})
