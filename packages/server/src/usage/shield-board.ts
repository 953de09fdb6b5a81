/**
 * Tells the other processes whom this one makes wait, so that an operator sees all blocks whichever process answers. Only to
 * look at: what decides stays in memory. One write at most every two seconds, and none while nothing changes, so a prober
 * cannot make the database work.
 */
import type { Clock } from '@claviger/gateway'
import type { Log, Store } from '#store'
import { replaceToldBlocks, type ToldBlock } from './rows-shield.ts'
import type { ShieldBlock } from './shield.ts'

export interface ShieldBoardOptions {
  readonly store: Pick<Store, 'raw'>
  readonly node: string
  readonly clock: Clock
  readonly log: Log
  readonly blocks: () => readonly ShieldBlock[]
}

export interface ShieldBoard {
  /** Tells what changed, now. */
  tell(): Promise<void>
  /** Takes back what it told. */
  close(): Promise<void>
}

const EVERY_MS = 2_000
/** Of more, those that last longest. */
const MOST_TOLD = 1_000

export function openShieldBoard({ store, node, clock, log, blocks }: ShieldBoardOptions): ShieldBoard {
  let told = '[]'
  let telling: Promise<void> = Promise.resolve()

  function tell(): Promise<void> {
    telling = telling.then(async () => {
      const all = toldBlocks(blocks(), clock.nowMs())
      const chosen = all.sort((one, other) => other.untilAtMs - one.untilAtMs).slice(0, MOST_TOLD)
      const named = JSON.stringify(chosen.map(({ scope, subject, failures }) => [scope, subject, failures]))
      if (named === told) return
      try {
        await replaceToldBlocks(store, node, chosen)
        told = named
      } catch (error) {
        log.debug({ err: error }, 'the blocks of the shield could not be told')
      }
    })
    return telling
  }

  const timer = setInterval(() => void tell(), EVERY_MS)
  timer.unref()
  return {
    tell,
    async close() {
      clearInterval(timer)
      await telling
      if (told !== '[]') await replaceToldBlocks(store, node, []).catch(() => undefined)
    },
  }
}

export function toldBlocks(blocks: readonly ShieldBlock[], nowMs: number): Omit<ToldBlock, 'nodeId'>[] {
  return blocks.map(({ scope, subject, agoMs, forMs, failures }) => ({
    scope,
    subject,
    sinceAtMs: Math.round(nowMs - agoMs),
    untilAtMs: Math.round(nowMs + forMs),
    failures,
  }))
}
