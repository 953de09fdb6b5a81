import type { DecisionRecord } from '@claviger/gateway'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { silentLog } from '#config'
import { openSeal, type Seal } from '#seal'
import { openTestStore, type TestStore } from '../store/testing.ts'
import { encodeDecision, streamDecisions, streamForward, writeJournal, type DatedLine } from './index.ts'

const MINUTE_MS = 60_000
const START_MS = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS - 3_600_000

let store: TestStore
let seal: Seal
beforeEach(async () => {
  store = await openTestStore()
  seal = await openSeal(store, store.config, silentLog)
})
afterEach(async () => {
  await seal.close()
  await store.dispose()
})

function decision(number: number, atMs: number, change: Partial<DecisionRecord> = {}): string {
  return encodeDecision({
    atMs,
    requestId: `req_${number}`,
    door: 'verify',
    workspaceId: 'wsp_a',
    appId: 'app_1',
    keyId: `key_${number % 3}`,
    versionNumber: 1,
    apiId: undefined,
    targetId: undefined,
    method: 'GET',
    path: '/',
    clientIp: '',
    userAgent: '',
    code: 'valid',
    rule: 'all',
    status: 200,
    durationMs: 1,
    usage: undefined,
    ...change,
  })
}

const range = { workspaceId: 'wsp_a', keyId: undefined, from: new Date(START_MS), to: new Date(START_MS + 7_200_000) }

async function read(of: object = {}, isWanted: (line: DatedLine) => boolean = () => true) {
  const minutes: (readonly DatedLine[])[] = []
  for await (const minute of streamForward(store.db, { ...range, ...of }, isWanted)) minutes.push(minute)
  return minutes
}

/** Of two nodes, whose clocks and batches overlap; every tenth call lasted long and was written behind all others. */
async function fill(count: number): Promise<readonly number[]> {
  const instants = Array.from({ length: count }, (_, at) => START_MS + ((at * 7_919) % count) * 700)
  const late = (at: number): boolean => at % 10 === 0
  let sequence = 1
  const write = async (node: string, numbers: readonly number[]): Promise<void> => {
    const lines = numbers.map((number) => decision(number, instants[number] ?? 0))
    await store.transaction(async (tx) => writeJournal(tx, node, sequence, lines))
    sequence += lines.length
  }
  const all = instants.map((_, at) => at)
  for (let from = 0; from < count; from += 100) {
    const batch = all.slice(from, from + 100).filter((at) => !late(at))
    await write(from % 200 === 0 ? 'nod_1' : 'nod_2', batch)
  }
  await write('nod_1', all.filter(late))
  return instants
}

describe('the journal, read forward', () => {
  test('gives every decision once, in the order of their instants, minute by minute', async () => {
    const instants = await fill(2_000)
    const minutes = await read()
    const seen = minutes.flat().map(({ atMs }) => atMs)
    expect(seen).toEqual(instants.toSorted((one, other) => one - other))
    const ofMinutes = minutes.map((minute) => new Set(minute.map(({ atMs }) => Math.floor(atMs / MINUTE_MS))))
    expect(ofMinutes.every(({ size }) => size === 1)).toBe(true)
    expect(ofMinutes.length).toBe(new Set(seen.map((atMs) => Math.floor(atMs / MINUTE_MS))).size)
    // and backwards it gives the same
    const backwards: string[] = []
    for await (const lines of streamDecisions(store.db, range)) backwards.push(...lines)
    expect(backwards.toSorted()).toEqual(
      minutes
        .flat()
        .map(({ line }) => line)
        .toSorted(),
    )
  })

  test('gives only what is wanted, and nothing of another workspace', async () => {
    await fill(500)
    const theirs = [decision(9_000, START_MS + 5, { workspaceId: 'wsp_b' })]
    await store.transaction(async (tx) => writeJournal(tx, 'nod_3', 1, theirs))
    const fromMs = START_MS + 3 * MINUTE_MS
    const wanted = await read(
      { keyId: 'key_1', from: new Date(fromMs) },
      ({ keyId, atMs }) => keyId === 'key_1' && atMs >= fromMs,
    )
    const lines = wanted.flat()
    expect(lines.length).toBeGreaterThan(50)
    for (const { keyId, atMs, line } of lines) {
      expect([keyId, atMs >= fromMs]).toEqual(['key_1', true])
      expect(line).not.toContain('wsp_b')
    }
    expect((await read({ workspaceId: 'wsp_b' })).flat()).toHaveLength(1)
    expect(await read({ workspaceId: 'wsp_c' })).toEqual([])
  })
})
