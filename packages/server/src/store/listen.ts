/** LISTEN over a connection of its own. */
import pg from 'pg'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '#config'
import { clientOptions, type Target } from './connection.ts'
import { atMost } from './within.ts'

export type ListenState = 'up' | 'down'

export interface Subscription {
  close(): Promise<void>
}

export interface Listener {
  readonly channel: string
  readonly onNotify: (payload: string) => void
  readonly onState: (state: ListenState) => void
}

const FIRST_RETRY_MS = 50
const LONGEST_RETRY_MS = 2_000
/** A connection that died without a word is found out by asking. */
const PROBE_EVERY_MS = 5_000
const PROBE_TIMEOUT_MS = 3_000

/** Resolves when it listens for the first time; from then on it comes back by itself until closed. */
export async function openListener(target: Target, listener: Listener, log: Log): Promise<Subscription> {
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(listener.channel)) throw new Error(`'${listener.channel}' is not a channel name`)
  let closed = false
  let client = await connect()
  listener.onState('up')
  const probe = setInterval(() => {
    const asked = client
    const query = { text: 'select 1', query_timeout: PROBE_TIMEOUT_MS }
    asked.query(query).catch(() => asked.end().catch(() => {}))
  }, PROBE_EVERY_MS)
  probe.unref()
  return {
    async close() {
      closed = true
      clearInterval(probe)
      await atMost(1_000, client.end())
    },
  }

  async function connect(): Promise<pg.Client> {
    const next = new pg.Client(clientOptions(target, `claviger listen ${listener.channel}`))
    next.on('error', () => {})
    next.on('notification', (message) => listener.onNotify(message.payload ?? ''))
    await next.connect()
    try {
      await next.query(`listen ${listener.channel}`)
    } catch (error) {
      // nobody else knows of it: each try would leave one connection behind
      await next.end().catch(() => {})
      throw error
    }
    next.once('end', () => void reconnect(next))
    return next
  }

  async function reconnect(ended: pg.Client): Promise<void> {
    if (closed || ended !== client) return
    listener.onState('down')
    log.warn({ channel: listener.channel }, 'the connection that listens for changes broke')
    for (let waitMs = FIRST_RETRY_MS; ; waitMs = Math.min(waitMs * 2, LONGEST_RETRY_MS)) {
      await sleep(waitMs)
      if (isClosed()) return
      try {
        client = await connect()
        break
      } catch (error) {
        log.debug({ err: error, retryMs: waitMs }, 'cannot listen for changes yet')
      }
    }
    if (isClosed()) return void client.end().catch(() => {})
    listener.onState('up')
  }

  function isClosed(): boolean {
    return closed
  }
}
