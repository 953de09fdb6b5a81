/** TLS: certificates in use, renewed without a restart, and no plaintext beyond this machine. */
import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { get } from 'node:https'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { TLSSocket } from 'node:tls'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeAuthority, type Authority } from '../../packages/server/src/injections/testing/certificate.ts'
import { freePort } from '../support/product.ts'

const ROOT = resolve(import.meta.dirname, '../..')

let folder: string
let authority: Authority
let port: number
let server: ReturnType<typeof spawn> | undefined

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'claviger-tls-'))
  authority = await makeAuthority()
  port = await freePort()
  await renew()
  server = start({
    CLAVIGER_LISTEN: `127.0.0.1:${port}`,
    CLAVIGER_TLS_CERT: join(folder, 'cert.pem'),
    CLAVIGER_TLS_KEY: join(folder, 'key.pem'),
  })
  const deadlineMs = Date.now() + 40_000
  while ((await ask('/readyz').catch(() => undefined))?.status !== 200) {
    if (Date.now() > deadlineMs) throw new Error('the server was not ready in time')
    await new Promise((done) => setTimeout(done, 50))
  }
})

afterAll(async () => {
  const running = server
  if (running !== undefined) {
    const ended = new Promise((done) => running.on('exit', done))
    running.kill('SIGTERM')
    await ended
  }
  await rm(folder, { recursive: true, force: true })
})

function start(settings: Record<string, string>): ReturnType<typeof spawn> {
  return spawn(process.execPath, ['--conditions=@claviger/source', join(ROOT, 'packages/server/src/main.ts')], {
    cwd: ROOT,
    env: {
      PATH: process.env['PATH'],
      CLAVIGER_DATA_DIR: join(folder, 'data'),
      CLAVIGER_LOG_LEVEL: 'warn',
      ...settings,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

async function renew(): Promise<void> {
  const issued = await authority.issue(['127.0.0.1'])
  await writeFile(join(folder, 'key.pem'), issued.privateKey)
  await writeFile(join(folder, 'cert.pem'), issued.certificate)
}

async function ask(
  path: string,
): Promise<{ readonly status: number; readonly hsts: string | undefined; readonly serial: string }> {
  return new Promise((done, fail) => {
    get({ host: '127.0.0.1', port, path, ca: authority.certificate, agent: false }, (answer) => {
      const socket = answer.socket as TLSSocket
      const serial = socket.getPeerCertificate().fingerprint256
      answer.resume()
      answer.on('end', () =>
        done({ status: answer.statusCode ?? 0, hsts: answer.headers['strict-transport-security'], serial }),
      )
    }).on('error', fail)
  })
}

test('every door speaks TLS and says so', async () => {
  for (const path of ['/api/v1/status', '/gw/x/', '/openai/v1/models']) {
    expect(await ask(path)).toMatchObject({ status: 401, hsts: expect.stringContaining('max-age=') })
  }
  await expect(fetch(`http://127.0.0.1:${port}/readyz`)).rejects.toThrow('fetch failed')
})

test('a new certificate is taken into use without a restart', async () => {
  const before = (await ask('/readyz')).serial
  await renew()
  await expect.poll(async () => (await ask('/readyz')).serial, { timeout: 15_000, interval: 200 }).not.toBe(before)
})

test('the expiry is a metric', async () => {
  const text = await new Promise<string>((done, fail) => {
    get({ host: '127.0.0.1', port, path: '/metrics', ca: authority.certificate, agent: false }, (answer) => {
      let body = ''
      answer.setEncoding('utf8').on('data', (chunk: string) => (body += chunk))
      answer.on('end', () => done(body))
    }).on('error', fail)
  })
  const [, seconds] = /^claviger_tls_certificate_expires_at_seconds (\d+)/m.exec(text) ?? []
  expect(Number(seconds) * 1000).toBeGreaterThan(Date.now())
})

test('plaintext beyond this machine is refused', async () => {
  const refused = start({ CLAVIGER_LISTEN: `0.0.0.0:${port + 1}`, CLAVIGER_DATA_DIR: join(folder, 'other') })
  let printed = ''
  refused.stderr?.setEncoding('utf8').on('data', (text: string) => (printed += text))
  const code = await new Promise((done) => refused.on('close', done))
  expect({ code, printed }).toMatchObject({ code: 1, printed: expect.stringContaining('TLS') })
})
