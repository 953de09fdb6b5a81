/**
 * `npm test`: everything that CI proves. First what `npm run check` does, then the tests that start real servers.
 * With CI=true a service that is missing is a failure; without, it is a loud skip.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { check } from './check.mjs'
import { prepare, Stop } from './prepare.mjs'
import { step } from './steps.mjs'

const reports = mkdtempSync(join(tmpdir(), 'claviger-report-'))
try {
  await prepare()
  console.log('\n── check: format, lint, types, architecture, dead code, fast tests')
  const report = join(reports, 'tests.json')
  const checked = await check({ report: join(reports, 'fast.json') })
  const proved = await step(
    'proof',
    ['vitest', 'run', '--project', 'proof', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
    { show: true },
  )
  if (!checked || !proved) process.exitCode = 1
  const counts = [join(reports, 'fast.json'), report].map(countsOf)
  const sum = (name) => counts.reduce((total, count) => total + count[name], 0)
  const failed = sum('failed') + (process.exitCode === 1 && sum('failed') === 0 ? 1 : 0)
  console.log(`\n${checked ? 'check passed' : 'check failed: see above'}`)
  console.log(`${sum('passed')} passed, ${failed} failed${sum('skipped') > 0 ? `, ${sum('skipped')} skipped` : ''}`)
} catch (error) {
  if (!(error instanceof Stop)) throw error
  console.error(`\nThe tests cannot run.\n${error.message}\n`)
  process.exitCode = 1
} finally {
  rmSync(reports, { recursive: true, force: true })
}

/** A run that died wrote no report: that is a failure of its own. */
function countsOf(file) {
  if (!existsSync(file)) return { passed: 0, failed: 1, skipped: 0 }
  const report = JSON.parse(readFileSync(file, 'utf8'))
  const files = report.testResults.filter(
    (result) => result.status === 'failed' && result.assertionResults.length === 0,
  ).length
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + files,
    skipped: report.numPendingTests + report.numTodoTests,
  }
}
