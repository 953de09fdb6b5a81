/** Lines that no table takes: kept beside the spools, for a person to look at. */
import { appendFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'

/** @returns a function for `Sink.setAside`: appends to `<root>/aside/<nodeId>.jsonl` */
export function asideWriter(
  root: string,
  nodeId: string,
): (line: string, sequence: number, cause: unknown) => Promise<void> {
  const directory = join(root, 'aside')
  return async (line, sequence, cause) => {
    await mkdir(directory, { recursive: true, mode: 0o700 })
    const reason = cause instanceof Error ? cause.message : String(cause)
    await appendFile(join(directory, `${nodeId}.jsonl`), `${JSON.stringify({ sequence, reason, line })}\n`, {
      mode: 0o600,
    })
  }
}
