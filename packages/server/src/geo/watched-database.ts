/** A file of addresses in use: read at start, replaced when a good new one stands in its place, never by a bad one. */
import { readFile, stat } from 'node:fs/promises'
import type { IpAddress } from '@claviger/core'
import { messageOf, systemCode, type Log } from '#config'
import { BrokenFile } from './broken-file.ts'
import { openDatabase, type Database } from './database.ts'
import type { Subject } from './subject.ts'

export interface WatchedDatabaseOptions<Answer extends string | number> {
  readonly subject: Subject<Answer>
  /** Absolute. */
  readonly file: string
  readonly log: Log
  /** Unix ms. */
  readonly nowMs: () => number
}

export interface DatabaseState {
  readonly databaseType: string
  readonly builtAtMs: number
  /** When it was taken into use. */
  readonly loadedAtMs: number
  /** Why the file that stands there now is not the one in use; undefined: it is. */
  readonly problem: string | undefined
  /** How many times a file that stood there could not be used. */
  readonly refusedFiles: number
}

interface InUse<Answer> {
  readonly database: Database<Answer>
  readonly loadedAtMs: number
}

export class WatchedDatabase<Answer extends string | number> {
  readonly #options: WatchedDatabaseOptions<Answer>
  #inUse: InUse<Answer>
  /** Of the file that was judged last. */
  #judged: string
  /** Of the file at the last look: one that still changes is still being written. */
  #lastSeen: string
  #problem: string | undefined
  #refusedFiles = 0

  private constructor(options: WatchedDatabaseOptions<Answer>, stamp: string, inUse: InUse<Answer>) {
    this.#options = options
    this.#inUse = inUse
    this.#judged = stamp
    this.#lastSeen = stamp
  }

  /** @throws BrokenFile, or what the system says of the file */
  static async open<Answer extends string | number>(
    options: WatchedDatabaseOptions<Answer>,
  ): Promise<WatchedDatabase<Answer>> {
    const stamp = await stampOf(options.file)
    return new WatchedDatabase(options, stamp, await load(options))
  }

  answerOf(ip: IpAddress): Answer | undefined {
    return this.#inUse.database.answerOf(ip)
  }

  state(): DatabaseState {
    const { database, loadedAtMs } = this.#inUse
    const { databaseType, builtAtMs } = database
    return { databaseType, builtAtMs, loadedAtMs, problem: this.#problem, refusedFiles: this.#refusedFiles }
  }

  /** Sees whether another file stands there, and takes it into use if it is good. Never throws; never two at once. */
  async look(): Promise<void> {
    const { file } = this.#options
    const stamp = await stampOf(file)
    if (stamp === this.#judged) return
    const isSettled = stamp === this.#lastSeen
    this.#lastSeen = stamp
    if (!isSettled) return
    const outcome = await load(this.#options).catch(reasonOf)
    if ((await stampOf(file)) !== stamp) return // replaced while it was read: the next look judges that one
    this.#judged = stamp
    if (typeof outcome === 'string') this.#refuse(outcome)
    else this.#use(outcome)
  }

  #use(inUse: InUse<Answer>): void {
    const { subject, file, log } = this.#options
    this.#inUse = inUse
    this.#problem = undefined
    const { databaseType, builtAtMs } = inUse.database
    log.info(
      { database: subject.kind, file, databaseType, builtAt: new Date(builtAtMs).toISOString() },
      'the new file of addresses is in use',
    )
  }

  #refuse(problem: string): void {
    const { subject, file, log } = this.#options
    this.#problem = problem
    this.#refusedFiles += 1
    log.error(
      { database: subject.kind, file, problem },
      'the file of addresses cannot be used; the one before it stays in use',
    )
  }
}

/** What is wrong with a file, to be put behind its name. */
export function reasonOf(error: unknown): string {
  if (error instanceof BrokenFile) return error.message
  switch (systemCode(error)) {
    case 'ENOENT':
      return 'there is no such file'
    case 'EACCES':
    case 'EPERM':
      return 'this user may not read it'
    case 'EISDIR':
      return 'it is a folder'
    default:
      return messageOf(error)
  }
}

async function load<Answer extends string | number>({
  subject,
  file,
  nowMs,
}: WatchedDatabaseOptions<Answer>): Promise<InUse<Answer>> {
  const database = await openDatabase(await readFile(file), subject)
  return { database, loadedAtMs: nowMs() }
}

/** Tells one file from another at the same place; for one that cannot be seen, why not. */
async function stampOf(file: string): Promise<string> {
  try {
    const { mtimeMs, ctimeMs, size, ino } = await stat(file)
    return `${mtimeMs}/${ctimeMs}/${size}/${ino}`
  } catch (error) {
    return reasonOf(error)
  }
}
