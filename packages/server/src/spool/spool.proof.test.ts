import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openSpool } from './open-spool.ts'
import { startRecovery } from './recover-spools.ts'
import type { Spool } from './spool.ts'

const CHILD = new URL('spool.child.ts', import.meta.url).pathname
const common = { fullMode: 'refuse' as const, diskLevel: () => 'ok' as const, clock: { nowMs: () => Date.now() } }
let root = ''
const children: ChildProcess[] = []

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'claviger-spool-'))
})
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  await rm(root, { recursive: true, force: true })
})

interface Writer {
  readonly child: ChildProcess
  readonly said: string[]
  saidMatching(pattern: RegExp): readonly string[]
}

/** @param limits shell words that run before the writer, such as a file size limit */
async function startWriter(directory: string, words: readonly string[], limits = ''): Promise<Writer> {
  const command = [process.execPath, '--conditions=@claviger/source', CHILD, directory, ...words]
  const child = spawn('bash', ['-c', `${limits} exec "$@"`, 'bash', ...command], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.push(child)
  const said: string[] = []
  createInterface({ input: child.stdout }).on('line', (line) => said.push(line))
  await expect.poll(() => said, { timeout: 10_000 }).toContain('ready')
  return { child, said, saidMatching: (pattern) => said.filter((line) => pattern.test(line)) }
}

async function kill(writer: Writer): Promise<void> {
  writer.child.kill('SIGKILL')
  await once(writer.child, 'close')
}

async function readEverything(directory: string): Promise<readonly string[]> {
  const spool: Spool | undefined = await openSpool({ ...common, directory, onEvent: () => undefined })
  if (spool === undefined) throw new Error('locked')
  const lines: string[] = []
  for (
    let batch = await spool.readFrom(1, 5_000);
    batch !== undefined;
    batch = await spool.readFrom(lines.length + 1, 5_000)
  ) {
    lines.push(...batch.lines)
  }
  await spool.close()
  return lines
}

describe('a process that is killed', () => {
  test.each([...Array(10).keys()])('round %i: loses nothing that it was promised, and leaves no gap', async (round) => {
    const promise = round % 2 === 0 ? 'written' : 'durable'
    const directory = join(root, 'one')
    const writer = await startWriter(directory, [promise])
    await expect
      .poll(() => writer.saidMatching(/^promised/).length, { timeout: 10_000, interval: 5 })
      .toBeGreaterThan(0)
    await new Promise((resolve) => setTimeout(resolve, round * 17))
    await kill(writer)
    const promised = writer.saidMatching(/^promised/).length
    const lines = await readEverything(directory)
    expect(promised).toBeGreaterThan(0)
    expect(lines.length).toBeGreaterThanOrEqual(promised)
    expect(lines.map((line) => Number(line.split(' ')[0]))).toEqual(lines.map((_, index) => index + 1))
  })

  test('is drained by another process under its own node id, once; a living one is left alone', async () => {
    const dead = 'nod_00000000000000000000000001'
    const living = 'nod_00000000000000000000000002'
    const writer = await startWriter(join(root, dead), ['written'])
    await startWriter(join(root, living), ['written'])
    await expect.poll(() => writer.saidMatching(/^promised/).length).toBeGreaterThan(100)
    await kill(writer)
    const stored = new Map<string, string[]>()
    const [events, buried]: [string[], string[]] = [[], []]
    const recovery = startRecovery({
      root,
      ownNodeId: 'nod_00000000000000000000000003',
      spool: common,
      drain: { batchDelayMs: 1, batchLines: 100 },
      sinkOf: (nodeId) => ({
        storedTo: async () => 10,
        store: async (lines) => void stored.set(nodeId, [...(stored.get(nodeId) ?? []), ...lines]),
        setAside: async () => undefined,
      }),
      bury: async (nodeId) => {
        buried.push(nodeId)
        if (buried.length === 1) throw new Error('the database went away')
      },
      onEvent: (nodeId, event) => events.push(`${nodeId} ${event.kind}`),
    })
    for (let each = 0; each < 3; each += 1) await recovery.scan()
    await recovery.close()
    expect([...stored.keys()]).toEqual([dead])
    expect(stored.get(dead)?.[0]).toMatch(/^11 /)
    expect(stored.get(dead)?.length).toBeGreaterThanOrEqual(writer.saidMatching(/^promised/).length - 10)
    // what could not be done the first time was done the second
    expect(buried).toEqual([dead, dead])
    expect(events).toEqual([`${dead} recovery_failed`, `${dead} recovered`])
    expect(await readdir(root)).toEqual([living])
  })
})

describe('a disk that takes no more', () => {
  const limited = 'ulimit -S -f 64;'

  test('mode refuse: every wait is refused, nothing is promised in vain, and it goes on when there is room', async () => {
    const directory = join(root, 'full')
    const writer = await startWriter(directory, ['durable', 'refuse', '2000'], limited)
    await expect.poll(() => writer.saidMatching(/^refused/).length, { timeout: 10_000 }).toBeGreaterThan(5)
    expect(writer.said).toContain('event write_failed')
    expect(writer.saidMatching(/^refused/).every((line) => line.endsWith('journal_full true'))).toBe(true)
    const before = writer.saidMatching(/^promised/).length
    raiseLimit(writer.child)
    await expect.poll(() => writer.saidMatching(/^promised/).length, { timeout: 10_000 }).toBeGreaterThan(before + 100)
    expect(writer.said).toContain('event write_recovered')
    await kill(writer)
    const lines = await readEverything(directory)
    expect(lines.map((line) => Number(line.split(' ')[0]))).toEqual(lines.map((_, index) => index + 1))
    expect(lines.length).toBeGreaterThanOrEqual(writer.saidMatching(/^promised/).length)
  })

  test('mode drop: ordinary waits go on; what asks for the disk is refused all the same', async () => {
    const ordinary = await startWriter(join(root, 'ordinary'), ['written', 'drop', '20000'], limited)
    const durable = await startWriter(join(root, 'durable'), ['durable', 'drop', '20000'], limited)
    await expect.poll(() => ordinary.said, { timeout: 10_000 }).toContain('event lines_lost')
    await expect.poll(() => durable.saidMatching(/^refused/).length, { timeout: 10_000 }).toBeGreaterThan(5)
    expect(ordinary.saidMatching(/^refused/)).toEqual([])
  })
})

function raiseLimit(child: ChildProcess): void {
  const result = spawnSync('prlimit', ['--pid', String(child.pid), '--fsize=unlimited'])
  if (result.status !== 0) throw new Error(`prlimit (util-linux) is needed: ${result.stderr}`)
}
