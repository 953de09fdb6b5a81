import { compileCidrs } from '@claviger/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openTestControl, type TestControl } from './testing/open-control.ts'

let it: TestControl
beforeAll(async () => {
  it = await openTestControl({
    trustedProxies: compileCidrs(['127.0.0.1']),
    openCallsPerMinute: 5,
    healthCallsPerMinute: 10,
    setupAttemptsPerMinute: 3,
  })
})
afterAll(async () => it.dispose())

const codesOf = async (count: number, ask: () => ReturnType<TestControl['call']>): Promise<number[]> => {
  const codes: number[] = []
  for (let asked = 0; asked < count; asked++) codes.push((await ask()).status)
  return codes
}
const from = (address: string) => ({ as: '', headers: { 'x-forwarded-for': address } })

describe('what is answered without a key', () => {
  test.each([
    { path: '/api/setup', status: 200, address: '192.0.2.1' },
    { path: '/api/docs', status: 200, address: '192.0.2.2' },
    { path: '/api/openapi.json', status: 200, address: '192.0.2.3' },
    { path: '/nothing', status: 404, address: '192.0.2.4' },
    { path: '/api/v1/setup', status: 405, address: '192.0.2.5' },
  ])('$path: so often per address, then 429 with Retry-After', async ({ path, status, address }) => {
    expect(await codesOf(5, async () => it.call('GET', path, from(address)))).toEqual(Array(5).fill(status))
    const refused = await it.call('GET', path, from(address))
    expect([refused.status, refused.body.code]).toEqual([429, 'limit_reached'])
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect((await it.call('GET', path, from(`${address}0`))).status).toBe(status)
    expect(it.failures).toContain('probe: limit_reached')
  })

  test('pages are counted together, health apart, and a key is not held by either', async () => {
    const address = '192.0.2.60'
    for (const path of ['/api/setup', '/api/docs', '/x', '/y', '/z', '/api/docs'])
      await it.call('GET', path, from(address))
    expect((await it.call('GET', '/api/docs', from(address))).status).toBe(429)
    expect((await it.call('GET', '/healthz', from(address))).status).toBe(200)
    expect((await it.call('GET', '/api/v1/me', { headers: { 'x-forwarded-for': address } })).status).toBe(200)
  })

  test('health is answered more often, and all of it is counted together', async () => {
    const paths = ['/healthz', '/readyz', '/metrics']
    let asked = 0
    const next = async () => it.call('GET', paths[asked++ % 3] ?? '', from('192.0.2.70'))
    expect(await codesOf(10, next)).toEqual(Array(10).fill(200))
    expect((await next()).status).toBe(429)
  })

  test('a set-up link can be tried so often, whatever is tried', async () => {
    const attempt = async () =>
      it.call('POST', '/api/v1/setup', { ...from('192.0.2.80'), body: { secret: 'x', owner_name: 'Eve' } })
    expect(await codesOf(4, attempt)).toEqual([401, 401, 401, 429])
  })
})
