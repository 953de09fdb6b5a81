/**
 * How long it takes to find the route of a call, and to change the table: `node --conditions=@claviger/source
 * test/bench/places/main.ts`. CPU time of one core, in memory, no socket; medians of rounds. It asserts nothing.
 */
import { PlaceTable, type RoutePart } from '../../../packages/gateway/src/index.ts'

const ROUNDS = 9
const LOOKUPS = 200_000
const CHANGES = 10_000

interface Shape {
  readonly what: string
  readonly hosts: number
  readonly pathsPerHost: number
  readonly wildcard?: true
}

const SHAPES: readonly Shape[] = [
  { what: '1 route', hosts: 1, pathsPerHost: 1 },
  { what: '10,000 routes, a host each', hosts: 10_000, pathsPerHost: 1 },
  { what: '10,000 routes, 100 hosts with 100 prefixes', hosts: 100, pathsPerHost: 100 },
  { what: '10,000 routes, 10,000 prefixes on one host', hosts: 1, pathsPerHost: 10_000 },
  { what: '10,000 routes, below wildcard hosts', hosts: 10_000, pathsPerHost: 1, wildcard: true },
]

for (const shape of SHAPES) {
  const { table, calls } = build(shape)
  const hit = median(() => lookUp(table, calls))
  const miss = median(() =>
    lookUp(
      table,
      calls.map(({ path }) => ({ host: 'nowhere.example.net', path })),
    ),
  )
  const escaped = median(() =>
    lookUp(
      table,
      calls.map(({ host, path }) => ({ host, path: `${path}/caf%C3%A9;v=1` })),
    ),
  )
  const changed = median(() => change(table, calls))
  process.stdout.write(
    `${shape.what}: found ${hit.toFixed(3)} µs, no such host ${miss.toFixed(3)} µs, path with escapes ${escaped.toFixed(3)} µs; ` +
      `one route changed in ${changed.toFixed(3)} µs\n`,
  )
}

interface Call {
  readonly host: string
  readonly path: string
}

function build({ hosts, pathsPerHost, wildcard }: Shape): {
  readonly table: PlaceTable
  readonly calls: readonly Call[]
} {
  const table = new PlaceTable((host) => host === 'localhost')
  const calls: Call[] = []
  for (let host = 0; host < hosts; host += 1) {
    const name = `tenant-${host}.api.example.com`
    for (let path = 0; path < pathsPerHost; path += 1) {
      const id = `rte_${host}_${path}`
      const prefix = `/v1/service-${path}`
      // of a part, the table reads nothing but the id
      table.put({ id } as RoutePart, { hosts: [wildcard === true ? `*.${name}` : name], paths: [prefix] })
      calls.push({ host: `${wildcard === true ? 'eu.' : ''}${name}:443`, path: `${prefix}/orders/17/lines/3` })
    }
  }
  return { table, calls }
}

/** @returns µs a look-up */
function lookUp(table: PlaceTable, calls: readonly Call[]): number {
  let found = 0
  const startedMs = cpuMs()
  for (let n = 0; n < LOOKUPS; n += 1) {
    const call = calls[(n * 7_919) % calls.length]
    if (call !== undefined && table.find(call.host, call.path) !== undefined) found += 1
  }
  const tookMs = cpuMs() - startedMs
  if (found !== 0 && found !== LOOKUPS) throw new Error(`found ${found} of ${LOOKUPS}`)
  return (tookMs * 1_000) / LOOKUPS
}

/** @returns µs for one route that is put in its place anew */
function change(table: PlaceTable, calls: readonly Call[]): number {
  const startedMs = cpuMs()
  for (let n = 0; n < CHANGES; n += 1) {
    const id = `rte_changing`
    const { host = '' } = calls[n % calls.length] ?? {}
    table.put({ id } as RoutePart, { hosts: [host.replace(':443', '')], paths: [`/changing/${n % 10}`] })
  }
  table.drop('rte_changing')
  return ((cpuMs() - startedMs) * 1_000) / CHANGES
}

/** User time: others on the machine do not count. */
function cpuMs(): number {
  return process.cpuUsage().user / 1_000
}

function median(measure: () => number): number {
  const rounds = Array.from({ length: ROUNDS }, measure).toSorted((one, other) => one - other)
  return rounds[Math.floor(ROUNDS / 2)] ?? 0
}
