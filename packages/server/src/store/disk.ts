/** Free space, against the watermarks of the configuration. */
import { statfs } from 'node:fs/promises'
import type { Config, Log } from '#config'

export interface DiskState {
  readonly level: 'ok' | 'warn' | 'full'
  readonly freeBytes: number
  /** What `full` means for decisions that would be journaled. */
  readonly mode: 'refuse' | 'drop'
}

export interface DiskWatch {
  state(): DiskState
  close(): void
}

const SAMPLE_EVERY_MS = 3_000

/** Samples the disks that hold `folders` now and every few seconds; the fullest one counts. Logs when the level changes. */
export async function watchDisk(
  folders: readonly string[],
  config: Pick<Config, 'diskWarnFreeBytes' | 'diskStopFreeBytes' | 'diskFullMode'>,
  log: Log,
): Promise<DiskWatch> {
  let state: DiskState = { level: 'ok', freeBytes: Number.MAX_SAFE_INTEGER, mode: config.diskFullMode }
  await sample()
  const timer = setInterval(() => {
    sample().catch((error: unknown) => log.warn({ err: error, folders }, 'the free space of the disk cannot be read'))
  }, SAMPLE_EVERY_MS)
  timer.unref()
  return { state: () => state, close: () => clearInterval(timer) }

  async function sample(): Promise<void> {
    const free = await Promise.all(folders.map(async (folder) => statfs(folder)))
    const freeBytes = Math.min(...free.map(({ bavail, bsize }) => bavail * bsize))
    const level = diskLevel(freeBytes, config)
    const facts = { folders, freeMegabytes: Math.floor(freeBytes / 1024 / 1024) }
    if (level !== state.level && level === 'ok') log.info(facts, 'there is enough free space on the disk again')
    if (level !== state.level && level === 'warn') log.warn(facts, 'the disk of the data directory is filling up')
    if (level !== state.level && level === 'full')
      log.error({ ...facts, mode: config.diskFullMode }, 'the disk of the data directory is full')
    state = { level, freeBytes, mode: config.diskFullMode }
  }
}

export function diskLevel(
  freeBytes: number,
  config: Pick<Config, 'diskWarnFreeBytes' | 'diskStopFreeBytes'>,
): DiskState['level'] {
  if (freeBytes < config.diskStopFreeBytes) return 'full'
  return freeBytes < config.diskWarnFreeBytes ? 'warn' : 'ok'
}
