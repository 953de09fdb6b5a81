/** Segment files: their names, and which ones a directory holds. A name is the sequence of the first line. */
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

export interface Segment {
  readonly path: string
  readonly firstSequence: number
  /** The last line that may be in it; undefined while it is being written. */
  lastSequence: number | undefined
  bytes: number
}

/** What a directory held when it was opened; all sealed. */
export interface FoundSegments {
  readonly segments: readonly Segment[]
  readonly damagedBytes: number
}

const NAME = /^(\d{16})\.seg$/

export function segmentPath(directory: string, firstSequence: number): string {
  return join(directory, `${String(firstSequence).padStart(16, '0')}.seg`)
}

/** In order. The last one's end is unknown until it has been read. */
export async function listSegments(directory: string): Promise<readonly Segment[]> {
  const names = (await readdir(directory)).filter((name) => NAME.test(name)).sort()
  const firsts = names.map((name) => Number(NAME.exec(name)?.[1]))
  return Promise.all(
    firsts.map(async (firstSequence, index) => {
      const path = segmentPath(directory, firstSequence)
      const next = firsts[index + 1]
      return {
        path,
        firstSequence,
        lastSequence: next === undefined ? undefined : next - 1,
        bytes: (await stat(path)).size,
      }
    }),
  )
}
