import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, test } from 'vitest'
import { removeDataDir, temporaryDataDir } from '../testing.ts'
import { isAlive, runningPostmaster } from './postmaster-file.ts'
import { stopPostmaster } from './run-postmaster.ts'

type Line = Readonly<Record<string, unknown>>

interface Program {
  readonly child: ChildProcessWithoutNullStreams
  /** The next line that it prints. */
  next(): Promise<Line>
  ask(sql: string): Promise<Line>
  /** Ends its input and waits for its end. */
  close(): Promise<void>
}

const PROGRAM = fileURLToPath(new URL('./store.child.ts', import.meta.url))
const folders: string[] = []
const programs: Program[] = []

afterEach(async () => {
  for (const program of programs.splice(0)) if (program.child.exitCode === null) program.child.kill('SIGKILL')
  for (const folder of folders.splice(0)) {
    const running = runningPostmaster(clusterOf(folder))
    if (running !== undefined) await stopPostmaster(running.pid)
    removeDataDir(folder)
  }
})

function newFolder(): string {
  const folder = temporaryDataDir()
  folders.push(folder)
  return folder
}

function run(role: 'server' | 'admin', folder: string): Program {
  const child = spawn(process.execPath, ['--conditions=@claviger/source', PROGRAM, role, folder])
  child.stderr.pipe(process.stderr)
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  const next = async (): Promise<Line> => {
    const line = await lines.next()
    // Our own program prints objects only.
    return line.done === true ? { ended: true } : (JSON.parse(line.value) as Line)
  }
  const program: Program = {
    child,
    next,
    async ask(sql) {
      child.stdin.write(`${sql}\n`)
      return next()
    },
    async close() {
      if (child.exitCode !== null) return
      const exited = once(child, 'exit')
      child.stdin.end()
      await exited
    },
  }
  programs.push(program)
  return program
}

function clusterOf(folder: string): string {
  const pointer = join(folder, 'postgres.location')
  return join(existsSync(pointer) ? readFileSync(pointer, 'utf8').trim() : folder, 'postgres')
}

function enginePid(folder: string): number {
  return runningPostmaster(clusterOf(folder))?.pid ?? 0
}

async function killed(program: Program): Promise<void> {
  const exited = once(program.child, 'exit')
  program.child.kill('SIGKILL')
  await exited
}

describe('a server alone', () => {
  test('makes the database, keeps it over a restart, and leaves no process behind', async () => {
    const folder = newFolder()
    const first = run('server', folder)
    expect(await first.next()).toMatchObject({ open: true, dataDir: folder })
    await first.ask('create table kept (word text)')
    await first.ask("insert into kept values ('yes')")
    const pid = enginePid(folder)
    expect(pid).toBeGreaterThan(0)
    await first.close()
    expect(isAlive(pid)).toBe(false)

    const second = run('server', folder)
    expect(await second.next()).toMatchObject({ open: true })
    expect(await second.ask('select word from kept')).toMatchObject({ rows: [{ word: 'yes' }] })
    await second.close()
  })

  test('starts the engine again when it dies, and tells while it is away', async () => {
    const folder = newFolder()
    const server = run('server', folder)
    await server.next()
    await server.ask('create table kept (word text)')
    await server.ask("insert into kept values ('yes')")
    const before = enginePid(folder)
    process.kill(before, 'SIGKILL')
    // the dead engine's own backends may answer a moment longer
    await expect.poll(() => ![0, before].includes(enginePid(folder)), { timeout: 15_000 }).toBe(true)
    await expect
      .poll(() => server.ask('select word from kept'), { timeout: 15_000 })
      .toMatchObject({ available: true, rows: [{ word: 'yes' }] })
    const after = enginePid(folder)
    await server.close()
    expect(isAlive(after)).toBe(false)
  })

  test('is not stopped by a stale note whose number now belongs to another program', async () => {
    const folder = newFolder()
    const first = run('server', folder)
    await first.next()
    await first.close()
    const note = join(clusterOf(folder), 'postmaster.pid')
    writeFileSync(note, `${process.pid}\n${clusterOf(folder)}\n1\n5432\n${clusterOf(folder)}\n\n    0 0\nready\n`)
    const second = run('server', folder)
    expect(await second.next()).toMatchObject({ open: true })
    await second.close()
  })
})

describe('two servers on one data directory', () => {
  test('started at once on an empty folder: one wins, the other is told who did', async () => {
    const folder = newFolder()
    const both = [run('server', folder), run('server', folder)] as const
    const lines = await Promise.all(both.map((program) => program.next()))
    const winner = lines.findIndex((line) => line['open'] === true)
    const loser = lines[1 - winner]
    expect(loser).toMatchObject({
      code: 'data_dir_taken',
      message: expect.stringContaining(`process ${both[winner === 0 ? 0 : 1].child.pid}`),
    })
    // the winner is not hurt by the loser's end
    expect(await both[winner === 0 ? 0 : 1].ask('select 1 as one')).toMatchObject({ rows: [{ one: 1 }] })
  })

  test('the second is refused, and the first goes on', async () => {
    const folder = newFolder()
    const first = run('server', folder)
    await first.next()
    const second = run('server', folder)
    expect(await second.next()).toMatchObject({ code: 'data_dir_taken' })
    expect(await first.ask('select 1 as one')).toMatchObject({ available: true, rows: [{ one: 1 }] })
    await first.close()
  })
})

describe('an engine whose processes cannot be seen, as in another container on the same volume', () => {
  test('is not started twice: a second server is refused, an admin command joins, and the first goes on', async () => {
    const folder = newFolder()
    const first = run('server', folder)
    await first.next()
    const { note, own, foreign } = hideEngine(folder)
    expect(await run('server', folder).next()).toMatchObject({ code: 'data_dir_taken' })
    const admin = run('admin', folder)
    expect(await admin.next()).toMatchObject({ open: true })
    await admin.close()
    expect(readFileSync(note, 'utf8')).toBe(foreign)
    expect(await first.ask('select 1 as one')).toMatchObject({ available: true, rows: [{ one: 1 }] })
    writeFileSync(note, own)
    await first.close()
  })

  test('is not taken over when its server has died', async () => {
    const folder = newFolder()
    const first = run('server', folder)
    await first.next()
    const { note, own, foreign } = hideEngine(folder)
    await killed(first)
    expect(await run('server', folder).next()).toMatchObject({
      code: 'data_dir_taken',
      message: expect.stringContaining('another container'),
    })
    expect(readFileSync(note, 'utf8')).toBe(foreign)
    writeFileSync(note, own)
  })
})

/** Writes a number into the engine's note that belongs to nobody here. */
function hideEngine(folder: string): { readonly note: string; readonly own: string; readonly foreign: string } {
  const note = join(clusterOf(folder), 'postmaster.pid')
  const own = readFileSync(note, 'utf8')
  const foreign = own.replace(/^\d+/, '99999999')
  writeFileSync(note, foreign)
  return { note, own, foreign }
}

describe('after SIGKILL', () => {
  test('of the server alone, the next one clears the orphan away and finds everything', async () => {
    const folder = newFolder()
    const first = run('server', folder)
    await first.next()
    await first.ask('create table kept (word text)')
    await first.ask("insert into kept values ('yes')")
    const orphan = enginePid(folder)
    await killed(first)
    expect(isAlive(orphan)).toBe(true)

    const second = run('server', folder)
    expect(await second.next()).toMatchObject({ open: true })
    expect(isAlive(orphan)).toBe(false)
    expect(await second.ask('select word from kept')).toMatchObject({ rows: [{ word: 'yes' }] })
    await second.close()
  })

  test('of server and engine, the next one recovers everything', async () => {
    const folder = newFolder()
    const first = run('server', folder)
    await first.next()
    await first.ask('create table kept (word text)')
    await first.ask("insert into kept values ('yes')")
    process.kill(enginePid(folder), 'SIGKILL')
    await killed(first)

    const second = run('server', folder)
    expect(await second.next()).toMatchObject({ open: true })
    expect(await second.ask('select word from kept')).toMatchObject({ rows: [{ word: 'yes' }] })
    await second.close()
  })
})

describe('an admin command', () => {
  test('joins a running server and leaves it running', async () => {
    const folder = newFolder()
    const server = run('server', folder)
    await server.next()
    const admin = run('admin', folder)
    expect(await admin.next()).toMatchObject({ open: true })
    await admin.close()
    expect(await server.ask('select 1 as one')).toMatchObject({ available: true, rows: [{ one: 1 }] })
    await server.close()
  })

  test('without a server starts the engine and stops it', async () => {
    const folder = newFolder()
    const admin = run('admin', folder)
    expect(await admin.next()).toMatchObject({ open: true })
    const pid = enginePid(folder)
    await admin.close()
    expect(isAlive(pid)).toBe(false)
  })

  test('makes a server wait, and another admin command too', async () => {
    const folder = newFolder()
    const admin = run('admin', folder)
    await admin.next()
    const server = run('server', folder)
    const opened = server.next()
    await admin.ask('select pg_sleep(0.5)')
    await admin.close()
    expect(await opened).toMatchObject({ open: true })
    await server.close()
  })
})

describe('a data directory that cannot be used', () => {
  test('because part of its path is a file', async () => {
    const folder = newFolder()
    writeFileSync(join(folder, 'file'), '')
    const program = run('server', join(folder, 'file', 'data'))
    expect(await program.next()).toMatchObject({
      code: 'data_dir_not_writable',
      message: expect.stringContaining('part of the path is a file'),
    })
  })

  test.skipIf(process.getuid?.() === 0)('because this user may not write there', async () => {
    const folder = newFolder()
    chmodSync(folder, 0o555)
    const program = run('server', join(folder, 'data'))
    expect(await program.next()).toMatchObject({
      code: 'data_dir_not_writable',
      message: expect.stringContaining('may not write'),
    })
    chmodSync(folder, 0o755)
  })

  test('because a newer PostgreSQL made the database', async () => {
    const folder = newFolder()
    const first = run('server', folder)
    await first.next()
    await first.close()
    writeFileSync(join(clusterOf(folder), 'PG_VERSION'), '99\n')
    const second = run('server', folder)
    expect(await second.next()).toMatchObject({
      code: 'data_dir_newer',
      message: expect.stringContaining('PostgreSQL 99'),
    })
  })
})

describe('where things are', () => {
  test('a long path puts the socket into a private folder, and an admin command finds it', async () => {
    const folder = join(newFolder(), 'a-rather-long-name'.repeat(5))
    mkdirSync(folder, { recursive: true })
    folders.push(folder)
    const server = run('server', folder)
    expect(await server.next()).toMatchObject({ open: true })
    const socketDir = runningPostmaster(clusterOf(folder))?.socketDir ?? ''
    expect(socketDir).not.toContain('a-rather-long-name')
    const admin = run('admin', folder)
    expect(await admin.next()).toMatchObject({ open: true })
    await admin.close()
    await server.close()
  })

  test.runIf(process.getuid?.() === 0)(
    'as root, a folder that the engine cannot reach keeps only a note of where the database is',
    async () => {
      const folder = newFolder()
      chmodSync(folder, 0o700)
      const first = run('server', folder)
      const opened = await first.next()
      expect(opened).toMatchObject({ open: true, dataDir: expect.stringMatching(/^\/var\/lib\/claviger\//) })
      await first.ask('create table kept (word text)')
      await first.close()
      // opening the folder later must not hide the database
      chmodSync(folder, 0o755)
      const second = run('server', folder)
      expect(await second.next()).toMatchObject({ open: true, dataDir: opened['dataDir'] })
      expect(await second.ask('select count(*) from kept')).toMatchObject({ rows: [{ count: 0 }] })
      await second.close()

      // a folder that was deleted and made again begins anew, and the old database is left alone
      rmSync(folder, { recursive: true })
      mkdirSync(folder, { mode: 0o700 })
      const third = run('server', folder)
      expect(await third.next()).toMatchObject({ open: true, dataDir: `${String(opened['dataDir'])}.2` })
      expect(await third.ask('select count(*) from kept')).toMatchObject({ failed: expect.stringContaining('kept') })
      await third.close()
      rmSync(String(opened['dataDir']), { recursive: true })
    },
  )
})
