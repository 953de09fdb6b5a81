/**
 * `npm run bench`: starts everything it compares, in one run, and prints medians and ratios (decision 29).
 * Linux only: processor time and memory come from /proc.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Generator } from './load/generator.ts'
import { machineFacts } from './machine.ts'
import type { Bench } from './measure.ts'
import { HELP, type BenchOptions, type SectionName, readOptions } from './options.ts'
import { type SectionResult, tableOf } from './report.ts'
import { decisionSection } from './sections/decision.ts'
import { importSection } from './sections/import.ts'
import { keysSection } from './sections/keys.ts'
import { limiterSection } from './sections/limiter.ts'
import { proxySection } from './sections/proxy.ts'
import { sharedSection } from './sections/shared.ts'
import { streamSection } from './sections/stream.ts'
import { verifySection } from './sections/verify.ts'

const RESULTS = fileURLToPath(new URL('../../bench/results/', import.meta.url))

const sections = {
  a: verifySection,
  b: proxySection,
  c: streamSection,
  d: keysSection,
  e: decisionSection,
  f: limiterSection,
  g: importSection,
  h: sharedSection,
} as const satisfies Record<SectionName, (bench: Bench) => Promise<SectionResult>>

async function main(options: BenchOptions): Promise<void> {
  const generator = new Generator()
  const bench: Bench = { options, generator, say: (line) => void process.stderr.write(`${line}\n`) }
  const isWhole = Object.keys(sections).every((name) => options.only.some((wanted) => wanted === name))
  const results: Partial<Record<SectionName, SectionResult>> = {}
  try {
    for (const name of options.only) {
      const result = await sections[name](bench)
      results[name] = result
      process.stdout.write(`${tableOf(result)}\n`)
      // After each section: a run that breaks off later has measured these all the same.
      write(isWhole ? 'latest.json' : `latest-${options.only.join('')}.json`, {
        at: new Date().toISOString(),
        machine: machineFacts(),
        options,
        sections: results,
      })
    }
  } finally {
    generator.close()
  }
}

function write(name: string, results: object): void {
  mkdirSync(RESULTS, { recursive: true })
  writeFileSync(`${RESULTS}${name}`, `${JSON.stringify(results, undefined, 2)}\n`)
  process.stdout.write(`\nwritten to bench/results/${name}\n`)
}

function optionsOf(args: readonly string[]): BenchOptions | undefined {
  try {
    const options = readOptions(args)
    if (options !== 'help') return options
    process.stdout.write(`${HELP}\n`)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    process.stderr.write(`${error.message}\n\n${HELP}\n`)
    process.exitCode = 1
  }
  return undefined
}

if (process.platform === 'linux') {
  const options = optionsOf(process.argv.slice(2))
  if (options !== undefined) await main(options)
} else {
  process.stderr.write('The benchmark reads /proc and so needs Linux.\n')
  process.exitCode = 1
}
