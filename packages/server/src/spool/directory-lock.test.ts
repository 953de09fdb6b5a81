import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { FOREIGN_SILENCE_MS, lockDirectory } from './directory-lock.ts'

let directory = ''
const children: ChildProcess[] = []
const now = (): number => Date.now()

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'claviger-lock-'))
})
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  await rm(directory, { recursive: true, force: true })
})

/** A process that holds the lock until it is killed. */
async function holdInAnotherProcess(): Promise<ChildProcess> {
  const script = `const { lockDirectory } = await import(${JSON.stringify(new URL('directory-lock.ts', import.meta.url).href)})
    console.log((await lockDirectory(${JSON.stringify(directory)}, Date.now)) !== undefined); setInterval(() => {}, 1e6)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  children.push(child)
  const [said] = await once(child.stdout, 'data')
  expect(String(said).trim()).toBe('true')
  return child
}

describe('lockDirectory', () => {
  test('one holder at a time; released, it is free again', async () => {
    const lock = await lockDirectory(directory, now)
    expect(await lockDirectory(directory, now)).toBeUndefined()
    await lock?.release()
    expect(await lockDirectory(directory, now)).toBeDefined()
  })

  test('abandoned, it is taken over at once, wherever its holder was', async () => {
    await (await lockDirectory(directory, now))?.abandon()
    const second = await lockDirectory(directory, now)
    expect(await readdir(directory)).toEqual(['lock.2'])
    await second?.abandon()
    await writeFile(join(directory, 'lock.3'), '1\n1\nanother machine')
    await utimes(join(directory, 'lock.3'), 0, 0)
    expect(await lockDirectory(directory, () => 1)).toBeDefined()
  })

  test('abandoned when it is gone with its directory, as one that stood still finds it, it is simply gone', async () => {
    const lock = await lockDirectory(directory, now)
    await rm(directory, { recursive: true })
    await expect(lock?.abandon()).resolves.toBeUndefined()
  })

  test('a killed process holds nothing any more', async () => {
    const child = await holdInAnotherProcess()
    expect(await lockDirectory(directory, now)).toBeUndefined()
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect(await lockDirectory(directory, now)).toBeDefined()
    expect(await readdir(directory)).toEqual(['lock.2'])
  })

  test('of many who take over from a dead one at the same time, at most one holds it', async () => {
    await writeFile(join(directory, 'lock.1'), '999999999\n1\nnowhere')
    await utimes(join(directory, 'lock.1'), 1, 1)
    const locks = await Promise.all(Array.from({ length: 20 }, async () => lockDirectory(directory, now)))
    expect(locks.filter((lock) => lock !== undefined).length).toBeLessThanOrEqual(1)
  })

  test('a holder elsewhere lives as long as it touches its lock', async () => {
    await writeFile(join(directory, 'lock.1'), '1\n1\nanother machine')
    const touchedMs = 1_700_000_000_000
    await utimes(join(directory, 'lock.1'), touchedMs / 1000, touchedMs / 1000)
    expect(await lockDirectory(directory, () => touchedMs + FOREIGN_SILENCE_MS - 1)).toBeUndefined()
    expect(await lockDirectory(directory, () => touchedMs + FOREIGN_SILENCE_MS)).toBeDefined()
  })

  test('a directory that is gone cannot be held', async () => {
    expect(await lockDirectory(join(directory, 'gone'), now)).toBeUndefined()
  })
})
