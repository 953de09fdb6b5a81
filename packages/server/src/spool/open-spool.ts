/** Opens a spool directory: locks it, and finds out where a process that died in it had come to. */
import { mkdir, readFile, rm, truncate } from 'node:fs/promises'
import { lockDirectory } from './directory-lock.ts'
import { FileSpool } from './file-spool.ts'
import { scan } from './frame.ts'
import { listSegments, type FoundSegments } from './segment.ts'
import type { Spool, SpoolOptions } from './spool.ts'

/**
 * Opens the spool of a directory, which is made when it is missing and may hold lines of a process that has died.
 * A torn tail is cut.
 *
 * @returns undefined when a living process holds the directory
 */
export async function openSpool(options: SpoolOptions): Promise<Spool | undefined> {
  await mkdir(options.directory, { recursive: true, mode: 0o700 })
  const lock = await lockDirectory(options.directory, options.clock.nowMs)
  if (lock === undefined) return undefined
  return new FileSpool(options, lock, await closeSegments(options))
}

/** Finds the end of the last segment that holds a frame, and cuts off what a dying process left half written. */
async function closeSegments(options: SpoolOptions): Promise<FoundSegments> {
  const segments = [...(await listSegments(options.directory))]
  let damagedBytes = 0
  for (let last = segments.at(-1); last !== undefined; last = segments.at(-1)) {
    const bytes = await readFile(last.path)
    const { end, lastSequence } = endOf(bytes, last.firstSequence)
    if (end < bytes.length) {
      damagedBytes += bytes.length - end
      options.onEvent({ kind: 'damage', path: last.path, startByte: end, endByte: bytes.length, reason: 'torn_tail' })
      await truncate(last.path, end)
    }
    last.bytes = end
    last.lastSequence = lastSequence
    if (end > 0) break
    await rm(last.path, { force: true })
    segments.pop()
  }
  return { segments, damagedBytes }
}

function endOf(bytes: Buffer, firstSequence: number): { readonly end: number; readonly lastSequence: number } {
  let lastSequence = firstSequence - 1
  let end = 0
  for (const scanned of scan(bytes, 0)) {
    if (scanned.kind === 'damage') continue
    lastSequence = scanned.frame.firstSequence + scanned.frame.lineCount - 1
    end = scanned.frame.end
  }
  return { end, lastSequence }
}
