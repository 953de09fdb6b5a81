import type { DecisionRecord, FailureModeUse } from '@claviger/gateway'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { decodeDecision } from '#audit'
import { openSpool, type DiskLevel, type Spool } from '#spool'
import { createJournal } from './journal.ts'
import { ProbeTally } from './probe-tally.ts'

let directory: string
let spool: Spool
let level: DiskLevel
let nowMs: number
let used: FailureModeUse[]

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'claviger-journal-'))
  ;[level, nowMs, used] = ['ok', 1_790_000_000_000, []]
})
afterEach(async () => {
  await spool.close()
  await rm(directory, { recursive: true, force: true })
})

async function open(fullMode: 'refuse' | 'drop') {
  const opened = await openSpool({
    directory,
    fullMode,
    diskLevel: () => level,
    clock: { nowMs: () => nowMs },
    onEvent: () => undefined,
  })
  if (opened === undefined) throw new Error('the spool is locked')
  spool = opened
  return createJournal({
    spool,
    probes: new ProbeTally(() => nowMs),
    nowMs: () => nowMs,
    failureModeUsed: (use) => used.push(use),
  })
}

/** `o a` for the opening of the call a, `d a` for its end. */
async function lines(): Promise<readonly string[]> {
  await spool.written()
  const { lines: found } = (await spool.readFrom(1, 100)) ?? { lines: [] }
  return found.map((line) => `${line.charAt(2)} ${decodeDecision(line).requestId}`)
}

const usage: DecisionRecord['usage'] = {
  requests: 1,
  inputTokens: 0,
  outputTokens: 0,
  cachedTokens: 0,
  bytesIn: 0,
  bytesOut: 0,
  firstByteMs: 0,
  metered: true,
  ended: 'complete',
}

/** A call that comes now. */
function callOf(requestId: string, changes: Partial<DecisionRecord> = {}): DecisionRecord {
  nowMs += 1
  return {
    atMs: nowMs,
    requestId,
    door: 'gw',
    workspaceId: 'wsp_1',
    appId: 'app_1',
    keyId: 'key_1',
    versionNumber: 1,
    apiId: undefined,
    targetId: undefined,
    method: 'GET',
    path: '/gw/notes/',
    clientIp: '192.0.2.1',
    userAgent: '',
    code: 'valid',
    rule: 'all',
    status: 200,
    durationMs: 1,
    usage,
    ...changes,
  }
}

const DROPPED = {
  dependency: 'journal',
  mode: 'drop',
  outcome: 'dropped',
  target: { type: 'journal', id: 'journal', workspaceId: undefined },
}

describe('a journal that drops while the disk is full', () => {
  test('counts each decision that it drops once', async () => {
    const journal = await open('drop')
    level = 'full'
    for (const id of ['a', 'b']) {
      const call = callOf(id)
      nowMs += 1
      await journal.open(call, 'ordinary')
      await journal.record(call, 'ordinary')
    }
    await journal.record(callOf('asked', { door: 'verify', usage: undefined }), 'ordinary')
    expect(await lines()).toEqual([])
    expect(used).toEqual([DROPPED, DROPPED, DROPPED])
  })

  test('ends what it had opened before, so that nothing looks interrupted', async () => {
    const journal = await open('drop')
    const early = callOf('early')
    const slow = callOf('slow')
    await journal.open(early, 'ordinary')
    await journal.open(slow, 'ordinary')
    level = 'full'
    const late = callOf('late')
    nowMs += 1
    await journal.open(late, 'ordinary')
    await journal.record(early, 'ordinary')
    await journal.record(late, 'ordinary')
    await journal.record(slow, 'ordinary')
    expect(await lines()).toEqual(['o early', 'o slow', 'd early', 'd slow'])
    expect(used).toEqual([DROPPED])
  })

  test('keeps what must be kept', async () => {
    const journal = await open('drop')
    level = 'full'
    const call = callOf('audited')
    await journal.open(call, 'before-answer')
    expect(journal.record(call, 'kept')).toBeUndefined()
    expect(await lines()).toEqual(['o audited', 'd audited'])
    expect(used).toEqual([])
  })

  test('journals again when there is space', async () => {
    const journal = await open('drop')
    level = 'full'
    await journal.open(callOf('a'), 'ordinary')
    level = 'ok'
    const call = callOf('b')
    await journal.open(call, 'ordinary')
    await journal.record(call, 'ordinary')
    expect(await lines()).toEqual(['o b', 'd b'])
    expect(used).toEqual([])
  })
})

test('a journal that refuses says so, and drops nothing that was begun', async () => {
  const journal = await open('refuse')
  const call = callOf('a')
  await journal.open(call, 'ordinary')
  level = 'full'
  expect(journal.isFull()).toBe(true)
  await journal.record(call, 'ordinary')
  expect(await lines()).toEqual(['o a', 'd a'])
})

describe('a disk that takes nothing, in the mode `drop`', () => {
  const spent = { credits: [{ block: 1, units: 1 }] }
  const full = { code: 'journal_full' }

  test('refuses whoever spends credits, and whoever is audited before the answer: their lines are the only word of it', async () => {
    const journal = await open('drop')
    await rm(directory, { recursive: true })
    await expect(journal.open(callOf('a', spent), 'ordinary')).rejects.toMatchObject(full)
    await expect(journal.open(callOf('b'), 'before-answer')).rejects.toMatchObject(full)
    await expect(journal.record(callOf('c', { ...spent, door: 'verify' }), 'ordinary')).rejects.toMatchObject(full)
    await expect(journal.record(callOf('d', { door: 'verify' }), 'before-answer')).rejects.toMatchObject(full)
  })

  test('lets ordinary calls go on, as it is declared', async () => {
    const journal = await open('drop')
    await rm(directory, { recursive: true })
    await expect(journal.open(callOf('a'), 'ordinary')).resolves.toBeUndefined()
    await expect(journal.open(callOf('b'), 'ordinary')).resolves.toBeUndefined()
  })
})
