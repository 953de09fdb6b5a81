import type { Dependency, FailureModeUse } from '@claviger/gateway'
import { beforeEach, describe, expect, test } from 'vitest'
import type { FailureEpisode } from '#audit'
import { silentLog } from '#config'
import { FailureModes } from './failure-modes.ts'

const START_MS = 1_790_000_000_000
let passedMs: number
let away: Set<Dependency>
let written: FailureEpisode[]
let counted: FailureModeUse[]
let modes: FailureModes

beforeEach(() => {
  passedMs = 0
  away = new Set()
  written = []
  counted = []
  let made = 0
  modes = new FailureModes({
    // the monotonic clock has another origin, and neither is the other's
    clock: { nowMs: () => START_MS + passedMs, monotonicMs: () => 77 + passedMs },
    log: silentLog,
    makeId: () => `evt_${++made}`,
    journalMode: 'drop',
    isAway: (dependency) => away.has(dependency),
    write: (episode) => written.push(episode),
    count: (use) => counted.push(use),
  })
})

/** Lets time pass, swept as a server does it. */
function pass(ms: number): void {
  for (const endMs = passedMs + ms; passedMs < endMs;) {
    passedMs += 250
    modes.sweep()
  }
}

const feedOf = (id: string, outcome: FailureModeUse['outcome'] = 'served'): FailureModeUse => ({
  dependency: 'feed',
  mode: 'serve_known',
  target: { type: 'route', id, workspaceId: 'wsp_1' },
  outcome,
})

const phases = (): readonly string[] => written.map(({ phase, target }) => `${phase} ${target.id}`)

describe('an episode', () => {
  test('begins with the first use, and ends when the dependency is back, with its counts and its time', () => {
    away.add('feed')
    modes.used(feedOf('rte_1'))
    pass(2_000)
    modes.used(feedOf('rte_1'))
    modes.used(feedOf('rte_1', 'refused'))
    pass(1_000)
    away.clear()
    pass(1_000)
    const episode = { id: 'evt_1', dependency: 'feed', mode: 'serve_known', beganAtMs: START_MS }
    expect(written).toEqual([
      expect.objectContaining({ ...episode, phase: 'began', atMs: START_MS, durationMs: 0, served: 0 }),
      expect.objectContaining({
        ...episode,
        phase: 'ended',
        ended: 'back',
        target: { type: 'route', id: 'rte_1', workspaceId: 'wsp_1' },
        // it was back for a second before that was believed
        atMs: START_MS + 3_000,
        durationMs: 3_000,
        served: 2,
        refused: 1,
        dropped: 0,
      }),
    ])
    expect(counted).toHaveLength(3)
  })

  test('is one for each mode and target', () => {
    away.add('feed')
    for (const id of ['rte_1', 'rte_2', 'rte_1']) modes.used(feedOf(id))
    modes.used({ ...feedOf('rte_1', 'refused'), mode: 'deny' })
    expect(modes.runningOf('feed')).toBe(3)
    away.clear()
    pass(1_000)
    expect(modes.runningOf('feed')).toBe(0)
    expect(phases()).toEqual(['began rte_1', 'began rte_2', 'began rte_1', 'ended rte_1', 'ended rte_2', 'ended rte_1'])
    expect(written.slice(3).map(({ served, refused }) => [served, refused])).toEqual([
      [2, 0],
      [1, 0],
      [0, 1],
    ])
  })

  test('goes on over a dependency that comes and goes', () => {
    for (let each = 0; each < 6; each += 1) {
      away.add('counters')
      modes.used({ ...feedOf('limit'), dependency: 'counters', mode: 'refuse', outcome: 'refused' })
      pass(250)
      away.clear()
      pass(500)
    }
    expect(phases()).toEqual(['began limit'])
    pass(1_000)
    expect(phases()).toEqual(['began limit', 'ended limit'])
    expect(written[1]).toMatchObject({ refused: 6, durationMs: 4_000 })
  })

  test('begins anew when the dependency is lost again later', () => {
    modes.used(feedOf('rte_1'))
    pass(2_000)
    modes.used(feedOf('rte_1'))
    pass(2_000)
    expect(written.map(({ phase, id }) => `${phase} ${id}`)).toEqual([
      'began evt_1',
      'ended evt_1',
      'began evt_2',
      'ended evt_2',
    ])
  })

  test('tells now and then how far it has come, ever less often, and only when there is news', () => {
    away.add('feed')
    for (let minute = 0; minute < 60; minute += 1) {
      modes.used(feedOf('rte_1'))
      pass(60_000)
    }
    const soFar = written.filter(({ phase }) => phase === 'so_far')
    expect(soFar.length).toBeGreaterThan(5)
    expect(soFar.length).toBeLessThan(12)
    expect(soFar.at(-1)?.served).toBeGreaterThan(30)
    const before = written.length
    pass(24 * 3_600_000)
    expect(written.length - before).toBeLessThanOrEqual(1)
  })

  test('that the process does not outlive ends with it', () => {
    away.add('feed')
    modes.used(feedOf('rte_1'))
    pass(5_250)
    modes.close()
    expect(written.at(-1)).toMatchObject({ phase: 'ended', ended: 'stopped', durationMs: 5_250, served: 1 })
    expect(modes.runningOf('feed')).toBe(0)
  })
})

test('what is refused while decisions are dropped belongs to the same episode', () => {
  const target = { type: 'journal', id: 'journal', workspaceId: undefined } as const
  modes.used({ dependency: 'journal', mode: 'drop', target, outcome: 'dropped' })
  modes.used({ dependency: 'journal', mode: 'refuse', target, outcome: 'refused' })
  modes.close()
  expect(written).toMatchObject([{ phase: 'began' }, { phase: 'ended', mode: 'drop', dropped: 1, refused: 1 }])
  expect(counted.map(({ mode, outcome }) => `${mode} ${outcome}`)).toEqual(['drop dropped', 'drop refused'])
})

describe('what stands for the whole installation', () => {
  test('is in use as soon as the dependency is away, also when no call meets it', () => {
    away.add('store').add('journal')
    pass(3_000)
    away.clear()
    pass(1_000)
    expect(written).toMatchObject([
      { phase: 'began', dependency: 'store', mode: 'refuse_unknown', target: { type: 'store' } },
      { phase: 'began', dependency: 'journal', mode: 'drop', target: { type: 'journal' } },
      { phase: 'ended', dependency: 'store', durationMs: 2_750, refused: 0 },
      { phase: 'ended', dependency: 'journal', durationMs: 2_750, dropped: 0 },
    ])
  })
})

test('more targets than anybody reads are one, and no decision is lost from the counts', () => {
  away.add('feed')
  for (let each = 0; each < 1_300; each += 1) modes.used(feedOf(`rte_${each}`))
  expect(modes.runningOf('feed')).toBe(501)
  modes.close()
  const ends = written.filter(({ phase }) => phase === 'ended')
  expect(ends.reduce((sum, { served }) => sum + served, 0)).toBe(1_300)
  expect(ends.find(({ target }) => target.id === '*')).toMatchObject({
    served: 800,
    target: { type: 'route', id: '*', workspaceId: undefined },
  })
})
