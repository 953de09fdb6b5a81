/** A new file for secrets: readable by its owner only, and on the disk before the next one is made. */
import { open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { UsageError, type SecretsFile } from './context.ts'

/** @throws UsageError when the file is there already, or cannot be made */
export async function createSecretsFile(path: string): Promise<SecretsFile> {
  const file = await open(path, 'wx', 0o600).catch((cause: unknown) => {
    throw new UsageError(
      isTaken(cause)
        ? `${path} is there already; secrets are written to a new file only.`
        : `${path} cannot be made: ${cause instanceof Error ? cause.message : String(cause)}`,
    )
  })
  // the entry of the file must outlive a crash as well as its lines
  const folder = await open(dirname(path))
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
  return {
    async append(line) {
      await file.appendFile(`${line}\n`)
      await file.sync()
    },
    close: async () => file.close(),
  }
}

function isTaken(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === 'EEXIST'
}
