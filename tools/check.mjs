/** `npm run check`: format, lint, types, architecture, dead code, fast tests. At most a minute. */
import { stripVTControlCharacters } from 'node:util'
import { fileURLToPath } from 'node:url'
import { prepare, Stop } from './prepare.mjs'
import { inLanes, step } from './steps.mjs'

/** The two lines of vitest that say how many there were. */
const closing = (output) =>
  stripVTControlCharacters(output)
    .split('\n')
    .filter((line) => /^\s*(Test Files|Tests) /.test(line))
    .map((line) => line.trim().replaceAll(/\s+/g, ' '))
    .join(', ')

const FORMATTED = ['packages', 'test', 'tools', 'examples', 'architecture.mjs', 'vitest.config.ts']

/**
 * Everything but the tests that start servers. Answers whether all is well.
 *
 * @param {{ report?: string }} options report: where vitest's JSON of the fast tests goes
 */
export function check({ report } = {}) {
  const reporters = report === undefined ? [] : ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  return inLanes(2, [
    // the longest first: it fills one lane, the others share the second
    () => step('fast', ['vitest', 'run', '--project', 'fast', ...reporters], { summary: closing }),
    () => step('fmt', ['oxfmt', '--check', ...FORMATTED]),
    () => step('lint', ['oxlint', '--type-aware', '--deny-warnings']),
    () => step('types', ['tsc', '--noEmit', '-p', 'tsconfig.json']),
    () => step('arch', ['depcruise', '--config', 'architecture.mjs', '--output-type', 'err', 'packages']),
    () => step('dead', ['knip', '--no-progress']),
  ])
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    await prepare()
    if (!(await check())) process.exitCode = 1
  } catch (error) {
    if (!(error instanceof Stop)) throw error
    console.error(error.message)
    process.exitCode = 1
  }
}
