import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { RoutePart } from '../parts.ts'
import { apiOf, routeOf } from '../testing/made-parts.ts'
import { PlaceTable, hostName, type Places } from './place-table.ts'

const api = apiOf('wsp_home')
const route = (name: string): RoutePart => routeOf(name, 'http://127.0.0.1:9', api)
const isControlHost = (host: string): boolean => host === 'control.example'

function tableOf(routes: Readonly<Record<string, Partial<Places>>>): PlaceTable {
  const table = new PlaceTable(isControlHost)
  for (const [name, { hosts = [], paths = [] }] of Object.entries(routes)) table.put(route(name), { hosts, paths })
  return table
}
function nameAt(table: PlaceTable, host: string | undefined, path: string): string | undefined {
  const found = table.find(host, path)
  return typeof found === 'object' ? found.name : found
}

describe('the place of a call', () => {
  const table = tableOf({
    whole: { hosts: ['api.example.com'] },
    v1: { hosts: ['api.example.com'], paths: ['/v1', '/old/v1'] },
    ping: { hosts: ['api.example.com'], paths: ['=/v1/ping', '=/'] },
    below: { hosts: ['*.example.com'], paths: ['/shared', '/v1'] },
    deeper: { hosts: ['*.eu.example.com'] },
    control: { hosts: ['control.example'] },
    anywhere: { paths: ['/status', '/v1'] },
  })

  test.each([
    ['api.example.com', '/v1', 'v1'],
    ['api.example.com', '/v1/orders/7', 'v1'],
    ['api.example.com', '/old/v1/x', 'v1'],
    ['api.example.com', '/old', 'whole'],
    ['api.example.com', '/v10', 'whole'],
    ['api.example.com', '/V1', 'whole'],
    ['api.example.com', '/v1/ping', 'ping'],
    ['api.example.com', '/v1/ping/', 'v1'],
    ['api.example.com', '/', 'ping'],
    ['API.Example.com:7300', '/v1', 'v1'],
    ['api.example.com.', '/v1', 'v1'],
    ['a.example.com', '/shared/x', 'below'],
    ['a.b.example.com', '/shared', 'below'],
    ['a.example.com', '/other', undefined],
    ['a.example.com', '/status', 'anywhere'],
    ['a.eu.example.com', '/shared', 'deeper'],
    ['eu.example.com', '/shared', 'below'],
    ['example.com', '/shared', undefined],
    ['.example.com', '/shared', undefined],
    ['api.example.com.evil.test', '/v1', 'anywhere'],
    ['nowhere.test', '/status/deep', 'anywhere'],
    [undefined, '/v1', 'anywhere'],
    ['[::1]:7300', '/v1', 'anywhere'],
  ])('%s %s is that of %s', (host, path, name) => {
    expect(nameAt(table, host, path)).toBe(name)
  })

  test.each([
    '/api',
    '/api/v1/keys',
    '/console',
    '/oauth/token',
    '/gw/billing',
    '/openai/v1/models',
    '/readyz',
    '/.well-known/x',
  ])('%s is ours on control hosts and without a host, elsewhere it is of the host that has a route', (path) => {
    const everywhere = tableOf({
      all: { paths: ['/'] },
      control: { hosts: ['control.example'] },
      own: { hosts: ['own.example'] },
    })
    expect(nameAt(everywhere, 'control.example', path)).toBeUndefined()
    expect(nameAt(everywhere, 'control.example', '/mine')).toBe('control')
    expect(nameAt(everywhere, 'nowhere.test', path)).toBeUndefined()
    expect(nameAt(everywhere, 'own.example', path)).toBe('own')
  })

  test.each(['/%76%31/x', '/v1;a=b/x', '/v%31', '/v1/%70ing', '/v1/ping;x', '/v1/ping%3Bx'])(
    '%s has two readings, which lead to different routes',
    (path) => expect(nameAt(table, 'api.example.com', path)).toBe('two-readings'),
  )
  test.each(['/v1/%76%31', '/v1/a;b=c/d', '/v1/caf%C3%A9', '/x;v1'])('%s has one', (path) => {
    expect(nameAt(table, 'api.example.com', path)).not.toBe('two-readings')
  })
  test.each(['/%61pi/v1', '/api;x/v1', '/%41PI'])('%s is no way around what is ours', (path) => {
    expect(nameAt(tableOf({ all: { paths: ['/'] } }), 'nowhere.test', path)).not.toBe('all')
    expect(nameAt(table, 'control.example', path)).not.toBe('control')
  })

  test('is found in bounded time, however long the host and the path are', () => {
    const path = '/v1' + '/a'.repeat(8_000)
    const host = 'a.'.repeat(8_000) + 'example.com'
    const startedMs = performance.now()
    for (let round = 0; round < 100; round += 1) expect(nameAt(table, 'api.example.com', path)).toBe('v1')
    for (let round = 0; round < 100; round += 1) nameAt(table, host, path)
    // 200 look-ups; what grows with the square of the length takes seconds
    expect(performance.now() - startedMs).toBeLessThan(500)
  })
})

describe('a table that changes', () => {
  test('gives a place up with its route only', () => {
    const table = tableOf({ one: { hosts: ['one.test'], paths: ['/long/prefix', '/a'] }, any: { paths: ['/a'] } })
    table.put(route('two'), { hosts: ['one.test'], paths: ['/a'] })
    table.drop('rte_one')
    expect(nameAt(table, 'one.test', '/long/prefix')).toBeUndefined()
    expect(nameAt(table, 'one.test', '/a')).toBe('two')
    table.put(route('two'), { hosts: [], paths: [] })
    expect(nameAt(table, 'one.test', '/a')).toBe('any')
    expect([table.hasHosts, table.isEmpty]).toEqual([false, false])
    table.drop('rte_any')
    expect(table.isEmpty).toBe(true)
  })

  test('finds, after any changes, what looking at every route would find', () => {
    const hosts = fc.uniqueArray(fc.constantFrom('a.test', '*.a.test', '*.b.a.test', 'b.a.test'), { maxLength: 2 })
    const paths = fc.uniqueArray(fc.constantFrom('/', '/x', '/x/y', '/x/y/z', '=/x', '=/x/y', '/xy'), { maxLength: 3 })
    const change = fc.record({ name: fc.constantFrom('r1', 'r2', 'r3'), hosts, paths })
    fc.assert(
      fc.property(fc.array(change, { maxLength: 12 }), (changes) => {
        const table = new PlaceTable(isControlHost)
        const standing = new Map<string, Places>()
        for (const { name, ...places } of changes) {
          // no place twice, as the database sees to it
          const taken = [...standing].filter(([other]) => other !== name).flatMap(([, other]) => placesOf(other))
          if (placesOf(places).some((each) => taken.includes(each))) continue
          standing.set(name, places)
          table.put(route(name), places)
        }
        for (const host of ['a.test', 'b.a.test', 'c.b.a.test', 'other.test'])
          for (const path of ['/', '/x', '/x/', '/x/y', '/x/y/z/1', '/xy', '/q'])
            expect([host, path, nameAt(table, host, path)]).toEqual([host, path, slowly(standing, host, path)])
      }),
      { numRuns: 300 },
    )
  })
})

const placesOf = ({ hosts, paths }: Places): string[] =>
  (hosts.length === 0 ? [''] : hosts).flatMap((host) =>
    (paths.length === 0 && hosts.length > 0 ? ['/'] : paths).map((path) => `${host} ${path}`),
  )

/** All places that fit, the best of them: the rules of the docs, word for word. */
function slowly(standing: ReadonlyMap<string, Places>, host: string, path: string): string | undefined {
  const fitting = [...standing].flatMap(([name, places]) =>
    placesOf(places).flatMap((text) => {
      const [ownHost = '', ownPath = ''] = text.split(' ')
      const hostRank =
        ownHost === ''
          ? 0
          : ownHost === host
            ? 1_000
            : ownHost.startsWith('*.') && host.endsWith(ownHost.slice(1))
              ? ownHost.length
              : -1
      const pathRank = ownPath.startsWith('=')
        ? ownPath.slice(1) === path
          ? 1_000
          : -1
        : ownPath === '/' || path === ownPath || path.startsWith(`${ownPath}/`)
          ? ownPath.length
          : -1
      return hostRank < 0 || pathRank < 0 ? [] : [{ name, rank: hostRank * 10_000 + pathRank }]
    }),
  )
  return fitting.toSorted((one, other) => other.rank - one.rank)[0]?.name
}

test.each([
  ['Example.com:7300', 'example.com'],
  ['example.com.', 'example.com'],
  ['[::1]:7300', '[::1]'],
  ['[::1]', '[::1]'],
  ['', ''],
])('the name of %j is %j', (field, name) => expect(hostName(field)).toBe(name))
