/** Keys that are held to versions of an api, on routes that say where a call names one. */
import { compileRestrictions } from '@claviger/core'
import { request } from 'node:http'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { VersionSource } from '../parts.ts'
import { startSeeingUpstream } from '../testing/http-upstream.ts'
import { apiOf, routeOf } from '../testing/made-parts.ts'
import { startPlane, until, type Plane } from '../testing/plane.ts'

const home = apiOf('wsp_home')
const restrictions = compileRestrictions([{ kind: 'api_version', allow: ['2026-11'] }])
const SOURCES: Readonly<Record<string, VersionSource | undefined>> = {
  header: { from: 'header', name: 'api-version', fallback: undefined },
  old: { from: 'header', name: 'api-version', fallback: '2026-01' },
  new: { from: 'header', name: 'api-version', fallback: '2026-11' },
  path: { from: 'path' },
  fixed: { from: 'fixed', value: '2026-11' },
  wrong: { from: 'fixed', value: '2026-12' },
  unsaid: undefined,
}

let upstream: Awaited<ReturnType<typeof startSeeingUpstream>>
let plane: Plane

beforeAll(async () => {
  upstream = await startSeeingUpstream([])
})
afterAll(() => upstream.close())
beforeEach(async () => {
  upstream.seen.length = 0
  plane = await startPlane({})
  for (const [name, apiVersion] of Object.entries(SOURCES))
    plane.world.addRoute(routeOf(name, upstream.origin, home, { apiVersion }))
})
afterEach(async () => {
  await until(() => plane.gateway.activeCount === 0)
  expect(plane.errors).toEqual([])
  await plane.close()
})

/** Field by field, as they are given. @returns 'valid', or the code */
async function call(secret: string, path: string, fields: readonly string[] = []): Promise<string> {
  const headers = ['Host', 'gw.test', 'Authorization', `Bearer ${secret}`, ...fields]
  return new Promise((resolve, reject) => {
    const sent = request(plane.origin + path, { headers, agent: false }, (answer) => {
      let text = ''
      answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      answer.on('end', () =>
        resolve(answer.statusCode === 200 ? 'valid' : (/"code":"([a-z_]+)"/.exec(text)?.[1] ?? text)),
      )
    })
    sent.on('error', reject)
    sent.end()
  })
}

const NO = 'api_version_not_allowed'

describe('a key that is held to one version', () => {
  test.each<{ readonly path: string; readonly fields?: readonly string[]; readonly outcome: string }>([
    { path: '/gw/header/x', fields: ['Api-Version', '2026-11'], outcome: 'valid' },
    { path: '/gw/header/x', fields: ['api-VERSION', '2026-11'], outcome: 'valid' },
    { path: '/gw/header/x', fields: ['Api-Version', '2026-12'], outcome: NO },
    { path: '/gw/header/x', outcome: NO },
    { path: '/gw/old/x', outcome: NO },
    { path: '/gw/new/x', outcome: 'valid' },
    { path: '/gw/new/x', fields: ['Api-Version', ''], outcome: NO },
    { path: '/gw/header/x', fields: ['Api-Version', '2026-11', 'Api-Version', '2026-12'], outcome: NO },
    { path: '/gw/header/x', fields: ['Api-Version', '2026-11', 'Api_Version', '2026-12'], outcome: NO },
    { path: '/gw/old/x', fields: ['Api-Version', '2026-11', 'Connection', 'Api-Version'], outcome: NO },
    { path: '/gw/path/2026-11/x?v=1', outcome: 'valid' },
    { path: '/gw/path/2026-12/x', outcome: NO },
    { path: '/gw/path/%32026-11/x', outcome: NO },
    { path: '/gw/path', outcome: NO },
    { path: '/gw/fixed/x', outcome: 'valid' },
    { path: '/gw/wrong/x', fields: ['Api-Version', '2026-11'], outcome: NO },
    { path: '/gw/unsaid/2026-11', fields: ['Api-Version', '2026-11'], outcome: NO },
  ])('at $path with $fields is $outcome', async ({ path, fields, outcome }) => {
    const { secret } = plane.world.addKey(home, { restrictions })
    expect(await call(secret, path, fields)).toBe(outcome)
    expect(upstream.seen).toHaveLength(outcome === 'valid' ? 1 : 0)
  })

  test('reaches the upstream as it called, and stands in the journal with its version', async () => {
    const { secret } = plane.world.addKey(home, { restrictions })
    await call(secret, '/gw/header/x', ['Api-Version', '2026-11'])
    await call(secret, '/gw/header/x', ['Api-Version', '2026-12'])
    await call(secret, '/gw/unsaid/x', ['Api-Version', '2026-11'])
    await until(() => plane.world.records.length === 3)
    expect(plane.world.records.map(({ facts, rule }) => [facts?.apiVersion, rule])).toEqual([
      ['2026-11', 'all'],
      ['2026-12', 'key.restrictions/0.api_version'],
      [undefined, 'key.restrictions/0.api_version'],
    ])
    expect(plane.world.opened.map(({ facts }) => facts)).toEqual([{ apiVersion: '2026-11' }])
    expect(JSON.stringify(upstream.seen).toLowerCase()).toContain('"api-version"')
  })
})

test('a key that is held to none calls whatever it names', async () => {
  const { secret } = plane.world.addKey(home)
  expect(await call(secret, '/gw/header/x', ['Api-Version', '2026-11', 'Api-Version', 'x'])).toBe('valid')
  expect(await call(secret, '/gw/path')).toBe('valid')
})
