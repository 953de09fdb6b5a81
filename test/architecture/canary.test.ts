/** A guard that nobody tests is a painting of a guard: plant one fault per rule, and see red. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cruise, type ICruiseResult } from 'dependency-cruiser'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import architecture, { type Rule } from '../../architecture.mjs'
import { FAULTS, scenery, type Fault } from './faults.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
/** From which the checker reaches some floors; all of the tree is what `npm run check` asks it about. */
const SOME_ROOM = 'packages/server/src/identity'
const FEWEST_MODULES = 100

const { forbidden, options } = architecture

const faults = new Map(
  forbidden.flatMap((rule): readonly (readonly [string, Fault])[] => {
    const planted = FAULTS[rule.name]
    return planted === undefined ? floorFault(rule) : [[rule.name, planted]]
  }),
)

let fixture: string
let found: ICruiseResult
beforeAll(async () => {
  fixture = realpathSync(mkdtempSync(join(tmpdir(), 'claviger-canary-')))
  const rooms = forbidden.flatMap((rule) => [...roomsOf(rule.from.path), ...roomsOf(rule.to.path)])
  write(scenery(rooms))
  for (const fault of faults.values()) write(fault.files)
  for (const name of ['core', 'scan', 'gateway', 'server', 'sdk', 'cli'])
    link(`node_modules/@claviger/${name}`, `packages/${name}`)
  found = await check(fixture)
})
afterAll(() => rmSync(fixture, { recursive: true, force: true }))

describe('every rule fires on its fault', () => {
  test.each(forbidden.map((rule) => rule.name))('%s', (name) => {
    expect(faults.get(name), 'a rule without a planted fault: add one to faults.ts').toBeDefined()
    const accused = found.summary.violations
      .filter((violation) => violation.rule.name === name)
      .map((violation) => violation.from)
    expect(accused).toContain(faults.get(name)?.culprit)
  })
})

test('no fault is planted for a rule that is gone', () => {
  expect(Object.keys(FAULTS).filter((name) => !forbidden.some((rule) => rule.name === name))).toEqual([])
})

test('on the real tree the checker reads TypeScript, follows it, and finds nothing wrong', async () => {
  const { modules, summary } = await check(ROOT, SOME_ROOM)
  const ours = modules.filter((module) => /^packages\/.*\.ts$/.test(module.source))
  expect(ours.length).toBeGreaterThan(FEWEST_MODULES)
  const throughDoors = ours
    .flatMap((module) => module.dependencies)
    .filter(
      (dependency) =>
        dependency.module.startsWith('#') && /^packages\/server\/src\/[^/]+\/index\.ts$/.test(dependency.resolved),
    )
  expect(throughDoors.length).toBeGreaterThan(20)
  // the packages that the reach rule looks for must be visible to it
  expect(modules.some((module) => /node_modules\/pg\//.test(module.source))).toBe(true)
  expect(summary.violations.map((violation) => `${violation.rule.name}: ${violation.from} → ${violation.to}`)).toEqual(
    [],
  )
})

async function check(baseDir: string, folder = 'packages'): Promise<ICruiseResult> {
  const { output } = await cruise([folder], {
    ...options,
    baseDir,
    validate: true,
    ruleSet: { forbidden: [...forbidden] },
  })
  if (typeof output === 'string') throw new Error('dependency-cruiser answered with text')
  return output
}

/** `^packages/server/src/(audit|feed)/` → `audit`, `feed` */
function roomsOf(path: unknown): readonly string[] {
  const match = /^\^packages\/server\/src\/\(([a-z|]+)\)\/$/.exec(String(path))
  return match?.[1]?.split('|') ?? []
}

function floorFault(rule: Rule): readonly (readonly [string, Fault])[] {
  const [room] = roomsOf(rule.from.path)
  const [higher] = roomsOf(rule.to.path)
  if (room === undefined || higher === undefined) return []
  const culprit = `packages/server/src/${room}/looks-up.ts`
  return [[rule.name, { culprit, files: { [culprit]: `export { clean } from '#${higher}'\n` } }]]
}

function write(files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(fixture, name)), { recursive: true })
    writeFileSync(join(fixture, name), text)
  }
}

function link(name: string, target: string): void {
  mkdirSync(dirname(join(fixture, name)), { recursive: true })
  symlinkSync(join(fixture, target), join(fixture, name))
}
