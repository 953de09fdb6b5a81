/**
 * The connection to Redis, and what is known of the server behind it: whether it still has what was counted there.
 *
 * A server that was started anew, that took over from another one, or that was emptied has lost something, and what it is
 * asked next would mint units. So after each connection, and whenever the mark is missing, the server is looked at before it
 * counts anything: see MARK_SCRIPT. PostgreSQL remembers which server was used last.
 */
import { createClient } from '@redis/client'
import { StartError } from '#config'
import type { Log, Store } from '#store'
import { MARK_SCRIPT } from './redis-script.ts'
import { readServerFacts } from './redis-facts.ts'

export interface RedisLinkOptions {
  readonly url: string
  readonly store: Pick<Store, 'raw'>
  readonly log: Log
  /** Id of the mark, should this be the first process that ever asks. */
  readonly newMarkId: string
}

const CONNECT_TIMEOUT_MS = 2_000
const FIRST_RETRY_MS = 50
const LONGEST_RETRY_MS = 2_000

const FIND_MARK = `
  with added as (insert into usage_redis (mark_id, run_id) values ($1, '') on conflict do nothing returning mark_id, run_id)
  select mark_id, run_id from added union all select mark_id, run_id from usage_redis`
const REMEMBER_RUN = 'update usage_redis set run_id = $1 where run_id <> $1'

/** What PostgreSQL knows of the mark. */
interface Remembered {
  readonly markId: string
  readonly runId: string
}

export class RedisLink {
  readonly #options: RedisLinkOptions
  readonly #client: ReturnType<typeof openClient>
  readonly #digests = new Map<string, string>()
  #remembered: Remembered | undefined
  #marking: Promise<string> | undefined
  /** The id that the mark of the connected server has; undefined: it was not looked at yet. */
  #markId: string | undefined

  constructor(options: RedisLinkOptions) {
    this.#options = options
    this.#client = openClient(options.url)
    this.#client.on('ready', () => (this.#markId = undefined))
    // A broken connection opens again by itself; who asks meanwhile is refused, and tells.
    this.#client.on('error', (error: unknown) => options.log.debug({ err: error }, 'the connection to Redis broke'))
  }

  /** Settles when it is connected: that may take for ever. */
  async connect(): Promise<void> {
    await this.#client.connect()
  }

  /**
   * The id of the mark, once the connected server is known to have what was counted, or to have lost it.
   *
   * @throws StartError `redis_evicts` when the server may throw counters away; anything that says that it is out of reach
   */
  async marked(): Promise<string> {
    if (this.#markId !== undefined) return this.#markId
    this.#marking ??= this.#mark().finally(() => (this.#marking = undefined))
    return this.#marking
  }

  /** The server says that the mark is not there: look again. */
  forgetMark(): void {
    this.#markId = undefined
  }

  /** Runs a script by its digest, as the server told it; loads it where the server does not know it any more. */
  async run(script: string, words: readonly string[]): Promise<unknown> {
    const known = this.#digests.get(script)
    if (known !== undefined) {
      try {
        return await this.#client.sendCommand(['EVALSHA', known, ...words])
      } catch (error) {
        if (!isSaid(error, 'NOSCRIPT')) throw error
      }
    }
    const digest = String(await this.#client.sendCommand(['SCRIPT', 'LOAD', script]))
    this.#digests.set(script, digest)
    return this.#client.sendCommand(['EVALSHA', digest, ...words])
  }

  async close(): Promise<void> {
    if (this.#client.isReady) await this.#client.close().catch(() => undefined)
    else this.#client.destroy()
  }

  async #mark(): Promise<string> {
    const facts = await readServerFacts(async (words) => this.#client.sendCommand([...words]))
    if (facts.mayEvict) throw new StartError('redis_evicts', EVICTS)
    const { markId, runId } = await this.#find()
    const words = ['1', markKey(markId), markId, facts.runId, runId, facts.keepsAll ? '1' : '']
    const lost = String(await this.run(MARK_SCRIPT, words))
    if (runId !== '' && runId !== facts.runId)
      this.#options.log.warn(
        { runId: facts.runId, keepsAll: facts.keepsAll, lostAtMs: Number(lost) },
        'another run of Redis counts limits now; if it may have lost something, windows count as full until they have passed',
      )
    await this.#remember({ markId, runId: facts.runId })
    return (this.#markId = markId)
  }

  /** PostgreSQL may be away just now: then what it said last holds. */
  async #find(): Promise<Remembered> {
    try {
      const [row] = await this.#options.store.raw(FIND_MARK, [this.#options.newMarkId])
      if (row !== undefined) this.#remembered = { markId: String(row['mark_id']), runId: String(row['run_id']) }
    } catch (error) {
      if (this.#remembered === undefined) throw error
    }
    if (this.#remembered === undefined) throw new Error('the mark of Redis was neither found nor made')
    return this.#remembered
  }

  /** If it is not written, the next process to look takes this run for a new one, and everything for lost: safe. */
  async #remember(remembered: Remembered): Promise<void> {
    this.#remembered = remembered
    try {
      await this.#options.store.raw(REMEMBER_RUN, [remembered.runId])
    } catch (error) {
      this.#options.log.warn({ err: error }, 'which run of Redis counts limits could not be written down')
    }
  }
}

/** All keys of an installation in one slot, so that a script may touch them together. */
export const markKey = (markId: string): string => `claviger:{${markId}}:mark`

/** Whether a reply of the server is an error that begins with this word. */
export function isSaid(error: unknown, word: string): boolean {
  return error instanceof Error && error.message.startsWith(word)
}

const EVICTS =
  'Redis may throw counters away when its memory is full, and limits would not hold: set maxmemory-policy to noeviction, or ' +
  'give Claviger a Redis of its own. Without REDIS_URL limits are counted in PostgreSQL.'

function openClient(url: string) {
  return createClient({
    url,
    RESP: 2,
    // What cannot be sent now is refused now: a draw that goes out later would be of no use.
    disableOfflineQueue: true,
    socket: {
      connectTimeout: CONNECT_TIMEOUT_MS,
      reconnectStrategy: (retries) => Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(retries, 10)),
    },
  })
}
