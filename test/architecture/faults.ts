/**
 * One fault per rule of `architecture.mjs`: the file that the checker must accuse, and what it takes to be wrong.
 * The rules of the floors need no entry: their faults are made from the rules themselves.
 */

export interface Fault {
  /** The file that breaks the rule. */
  readonly culprit: string
  readonly files: Readonly<Record<string, string>>
}

const CLEAN = 'export const clean = 1\n'

export const FAULTS: Readonly<Record<string, Fault>> = {
  'no-circle': fault('packages/sdk/src/circle-a.ts', "import { b } from './circle-b.ts'\nexport const a = () => b\n", {
    'packages/sdk/src/circle-b.ts': "import { a } from './circle-a.ts'\nexport const b = () => a\n",
  }),
  'core-is-the-ground': fault('packages/core/src/up.ts', "export { clean } from '../../gateway/src/index.ts'\n"),
  'core-knows-no-node': fault('packages/core/src/node.ts', "export { join } from 'node:path'\n"),
  'scan-and-sdk-on-core': fault('packages/sdk/src/up.ts', "export { clean } from '@claviger/gateway'\n"),
  'sdk-not-scan': fault('packages/sdk/src/scan.ts', "export { clean } from '@claviger/scan'\n"),
  'gateway-below-server': fault('packages/gateway/src/up.ts', "export { clean } from '@claviger/server/main'\n"),
  'gateway-reaches-no-driver': fault('packages/gateway/src/far.ts', "export { nearer } from './nearer.ts'\n", {
    'packages/gateway/src/nearer.ts': "import pg from 'pg'\nexport const nearer = pg\n",
  }),
  'cli-on-sdk': fault('packages/cli/src/up.ts', "export { clean } from '@claviger/server/main'\n"),
  'console-on-sdk': fault('packages/console/src/core.ts', "export { clean } from '@claviger/core'\n"),
  'server-is-the-top': fault('packages/server/src/sideways.ts', "export { clean } from '@claviger/cli'\n"),
  'packages-by-the-door': fault(
    'packages/server/src/inside.ts',
    "export { clean } from '../../gateway/src/inner.ts'\n",
    {
      'packages/gateway/src/inner.ts': CLEAN,
    },
  ),
  'rooms-by-the-door': fault('packages/server/src/keys/inside.ts', "export { clean } from '../store/inner.ts'\n", {
    'packages/server/src/store/inner.ts': CLEAN,
  }),
  'testing-for-tests': fault('packages/server/src/keys/cheats.ts', "export { clean } from '../store/testing.ts'\n", {
    'packages/server/src/store/testing.ts': CLEAN,
  }),
  'main-by-the-door': fault('packages/server/src/main-inside.ts', "export { clean } from './store/inner.ts'\n", {
    'packages/server/src/store/inner.ts': CLEAN,
  }),
  'crypto-only-in-seal': fault('packages/server/src/keys/hash.ts', "export { createHash } from 'node:crypto'\n"),
  'declared-only': fault('packages/gateway/src/undeclared.ts', "export { nothing } from 'undeclared-package'\n"),
}

/** What stands around the faults: packages with doors, rooms with doors, and two npm packages. */
export function scenery(rooms: readonly string[]): Readonly<Record<string, string>> {
  const files: Record<string, string> = {
    'package.json': JSON.stringify({ name: 'fixture', type: 'module', dependencies: { pg: '*' } }),
    'node_modules/pg/package.json': JSON.stringify({ name: 'pg', main: 'index.js' }),
    'node_modules/pg/index.js': 'module.exports = {}\n',
    'node_modules/undeclared-package/package.json': JSON.stringify({ name: 'undeclared-package', main: 'index.js' }),
    'node_modules/undeclared-package/index.js': 'exports.nothing = 0\n',
    'packages/server/src/main.ts': CLEAN,
  }
  for (const name of ['core', 'scan', 'gateway', 'server', 'sdk', 'cli', 'console']) {
    const exported =
      name === 'server'
        ? { './main': { '@claviger/source': './src/main.ts' } }
        : { '.': { '@claviger/source': './src/index.ts' } }
    const imports = name === 'server' ? { '#*': { '@claviger/source': './src/*/index.ts' } } : {}
    const dependencies = {
      pg: '*',
      '@claviger/core': '*',
      '@claviger/scan': '*',
      '@claviger/gateway': '*',
      '@claviger/server': '*',
      '@claviger/cli': '*',
    }
    files[`packages/${name}/package.json`] = JSON.stringify({
      name: `@claviger/${name}`,
      type: 'module',
      exports: exported,
      imports,
      dependencies,
    })
    files[`packages/${name}/src/index.ts`] = CLEAN
  }
  for (const room of rooms) files[`packages/server/src/${room}/index.ts`] = CLEAN
  return files
}

function fault(culprit: string, text: string, others: Readonly<Record<string, string>> = {}): Fault {
  return { culprit, files: { ...others, [culprit]: text } }
}
