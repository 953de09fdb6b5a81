/** Notes when and from where keys were used: in the drain's transaction, in batches, never on the way of a request. */
import { formatIp, parseIp } from '@claviger/core'
import type { DecisionRecord } from '@claviger/gateway'
import type { Tx } from '#store'
import {
  SEEN_GRAIN_MS,
  trimSeenIps,
  upsertLastUses,
  upsertSeenIps,
  USE_GRAIN_MS,
  type LastUse,
  type SeenIp,
} from './rows-uses.ts'

export type UseRecord = Pick<DecisionRecord, 'atMs' | 'keyId' | 'clientIp' | 'code'>

/** What of a batch is news, by name. */
export interface UseNews {
  readonly uses: ReadonlyMap<string, LastUse>
  readonly seen: ReadonlyMap<string, SeenIp>
}

/** Then what was remembered is forgotten, and written once more. */
const MOST_REMEMBERED = 200_000

/**
 * Of one drain. A busy key is in every batch and is written once a minute: what was written is remembered, so that the
 * other batches ask the database nothing.
 */
export class UseRecorder {
  readonly #used = new Map<string, number>()
  readonly #seen = new Map<string, number>()

  /** What is news in a batch; one that is read line by line is added to it line by line. */
  gather(records: Iterable<UseRecord> = []): UseBatch {
    const batch = new UseBatch(this.#used, this.#seen)
    for (const record of records) batch.add(record)
    return batch
  }

  /**
   * An admitted call is a use and keeps the key awake; a refused one does not. Addresses count either way: the secret was
   * right, and whoever holds it was there.
   *
   * @returns what was written: `remember` it when the transaction is committed
   */
  async record(tx: Tx, news: UseNews): Promise<UseNews> {
    if (news.uses.size > 0) await upsertLastUses(tx, [...news.uses.values()])
    if (news.seen.size === 0) return news
    const grown = await upsertSeenIps(tx, newestOfEach(news.seen.values()))
    if (grown.length > 0) await trimSeenIps(tx, grown)
    return news
  }

  remember({ uses, seen }: UseNews): void {
    remember(this.#used, uses)
    remember(this.#seen, seen)
  }
}

/** What of a batch is news. */
class UseBatch implements UseNews {
  readonly uses = new Map<string, LastUse>()
  readonly seen = new Map<string, SeenIp>()
  readonly #used: ReadonlyMap<string, number>
  readonly #seenBefore: ReadonlyMap<string, number>

  constructor(used: ReadonlyMap<string, number>, seenBefore: ReadonlyMap<string, number>) {
    this.#used = used
    this.#seenBefore = seenBefore
  }

  add({ atMs, keyId, clientIp, code }: UseRecord): void {
    if (code === 'valid' && isNews(this.#used, this.uses, keyId, atMs - USE_GRAIN_MS))
      this.uses.set(keyId, { keyId, atMs })
    const name = `${keyId} ${clientIp}`
    if (!isNews(this.#seenBefore, this.seen, name, atMs - SEEN_GRAIN_MS)) return
    const ip = parseIp(clientIp)
    if (ip !== undefined) this.seen.set(name, { keyId, atMs, ip: formatIp(ip) })
  }
}

/** Neither written since `sinceMs`, nor later in this batch. */
function isNews(
  written: ReadonlyMap<string, number>,
  batch: ReadonlyMap<string, LastUse>,
  name: string,
  sinceMs: number,
): boolean {
  if ((written.get(name) ?? Number.NEGATIVE_INFINITY) > sinceMs) return false
  return (batch.get(name)?.atMs ?? Number.NEGATIVE_INFINITY) <= sinceMs
}

function remember(written: Map<string, number>, news: ReadonlyMap<string, LastUse>): void {
  if (written.size + news.size > MOST_REMEMBERED) written.clear()
  for (const [name, { atMs }] of news) written.set(name, atMs)
}

/** One address may be written in two ways, and one statement takes each row once. */
function newestOfEach(seen: Iterable<SeenIp>): readonly SeenIp[] {
  const newest = new Map<string, SeenIp>()
  for (const each of seen) {
    const name = `${each.keyId} ${each.ip}`
    if ((newest.get(name)?.atMs ?? 0) < each.atMs) newest.set(name, each)
  }
  return [...newest.values()]
}
