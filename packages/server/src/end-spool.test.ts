import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { silentLog } from '#config'
import { openSpool, startRecovery, type Spool } from '#spool'
import { endSpool } from './end-spool.ts'

const NODE = 'nod_01k2m5f8r2e9vbt9rpk9w0z5c3'
const shape = { fullMode: 'refuse', diskLevel: () => 'ok' as const, clock: { nowMs: () => Date.now() } } as const

let root: string
let spool: Spool

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'claviger-end-'))
  const opened = await openSpool({ ...shape, directory: join(root, NODE), onEvent: () => undefined })
  if (opened === undefined) throw new Error('the spool is locked')
  spool = opened
})
afterEach(async () => rm(root, { recursive: true, force: true }))

describe('a process that ends with all of its lines stored', () => {
  test('leaves nothing when what it held of credits is settled', async () => {
    await endSpool({ spool, openBlocks: 0, settle: async () => undefined, log: silentLog })
    expect(await readdir(root)).toEqual([])
  })

  test('leaves its directory when that fails, and tells of how many blocks; the next one settles them and clears it away', async () => {
    const warnings: object[] = []
    await endSpool({
      spool,
      openBlocks: 3,
      settle: async () => Promise.reject(new Error('the database is away')),
      log: { ...silentLog, warn: (facts) => warnings.push(facts) },
    })
    expect(warnings).toEqual([{ openBlocks: 3, cause: 'the database is away' }])
    expect(await readdir(root)).toEqual([NODE])

    const buried: string[] = []
    const recovery = startRecovery({
      root,
      ownNodeId: 'nod_another',
      spool: shape,
      sinkOf: () => ({ store: async () => undefined, storedTo: async () => 0, setAside: async () => undefined }),
      bury: async (id) => void buried.push(id),
      onEvent: () => undefined,
    })
    await recovery.scan()
    await recovery.close()
    expect(buried).toEqual([NODE])
    expect(await readdir(root)).toEqual([])
  })
})
