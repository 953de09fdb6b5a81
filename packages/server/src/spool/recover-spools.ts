/**
 * Drains what dead processes left behind in this data directory, each under its own node id, so that nothing is stored
 * twice. Looks at once and then every few seconds: a process beside us may die at any time.
 */
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { startDrain, type DrainEvent, type DrainOptions, type Sink } from './drain.ts'
import { openSpool } from './open-spool.ts'
import type { SpoolEvent, SpoolOptions } from './spool.ts'

export interface RecoveryOptions {
  /** The folder that holds one spool directory per node. */
  readonly root: string
  readonly ownNodeId: string
  readonly spool: Pick<SpoolOptions, 'fullMode' | 'diskLevel' | 'clock'>
  readonly drain?: Omit<DrainOptions, 'onEvent'>
  readonly sinkOf: (nodeId: string) => Sink
  /** What is left to do for a node whose lines are all stored. When it fails, it is done again at the next look. */
  readonly bury: (nodeId: string) => Promise<void>
  readonly onEvent: (nodeId: string, event: SpoolEvent | DrainEvent | RecoveryEvent) => void
  readonly intervalMs?: number
}

export type RecoveryEvent =
  | { readonly kind: 'recovered'; readonly lines: number; readonly setAside: number }
  | { readonly kind: 'recovery_failed'; readonly cause: unknown }

export interface Recovery {
  /** Looks now; settles when every dead spool that it found is stored. */
  scan(): Promise<void>
  close(): Promise<void>
}

const BEING_MADE_MS = 60_000
const NODE_DIRECTORY = /^nod_[0-9a-z]{26}$/

export function startRecovery(options: RecoveryOptions): Recovery {
  const closing = new AbortController()
  let scanning: Promise<void> | undefined
  const scan = async (): Promise<void> => {
    scanning ??= recoverAll(options, closing.signal).finally(() => (scanning = undefined))
    return scanning
  }
  const timer = setInterval(() => void scan(), options.intervalMs ?? 10_000)
  timer.unref()
  void scan()
  return {
    scan,
    close: async () => {
      clearInterval(timer)
      closing.abort()
      await scanning
    },
  }
}

async function recoverAll(options: RecoveryOptions, signal: AbortSignal): Promise<void> {
  const names = await readdir(options.root).catch(() => [])
  for (const nodeId of names.filter((name) => NODE_DIRECTORY.test(name) && name !== options.ownNodeId)) {
    if (signal.aborted) return
    try {
      await recover(nodeId, options, signal)
    } catch (error) {
      options.onEvent(nodeId, { kind: 'recovery_failed', cause: error })
    }
  }
}

async function recover(nodeId: string, options: RecoveryOptions, signal: AbortSignal): Promise<void> {
  const directory = join(options.root, nodeId)
  if (await isBeingMade(directory, options.spool.clock.nowMs())) return
  const onEvent = (event: SpoolEvent | DrainEvent): void => {
    options.onEvent(nodeId, event)
  }
  const spool = await openSpool({ ...options.spool, directory, onEvent })
  if (spool === undefined) return
  const drain = startDrain(spool, options.sinkOf(nodeId), { ...options.drain, onEvent })
  const stop = (): void => void drain.close(0)
  signal.addEventListener('abort', stop, { once: true })
  const stored = await drain.drained()
  signal.removeEventListener('abort', stop)
  await drain.close(0)
  try {
    if (stored) await options.bury(nodeId)
  } catch (error) {
    await spool.leave()
    throw error
  }
  await spool.close()
  if (!stored) return
  const { storedLines, setAsideLines } = drain.facts()
  options.onEvent(nodeId, { kind: 'recovered', lines: storedLines, setAside: setAsideLines })
}

/** A process that starts makes its directory first and its lock a moment later. */
async function isBeingMade(directory: string, nowMs: number): Promise<boolean> {
  const names = await readdir(directory)
  if (names.some((name) => name.startsWith('lock.'))) return false
  return nowMs - (await stat(directory)).mtimeMs < BEING_MADE_MS
}
