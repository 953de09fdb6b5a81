/** Backup and restore of the whole installation: one compressed file, with a header that says what it is and a check sum. */
import { createReadStream, createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { Transform } from 'node:stream'
import { finished, pipeline } from 'node:stream/promises'
import { crc32, createGunzip, createGzip } from 'node:zlib'
import { StartError } from '#config'
import { renewFeed } from '#feed'
import { dumpRows, loadRows, schemaOf, type Store } from '#store'

interface Header {
  readonly format: 'claviger-backup'
  readonly version: 1
  readonly created_at: string
  /** Migrations that the rows belong to. */
  readonly schema: readonly string[]
  /** Which seal key opens it. The key itself is never in a backup. */
  readonly seal_id: string
}

interface Footer {
  readonly rows: number
  /** CRC-32 of all lines before: finds cut and damaged files, not attackers. Ciphertexts prove themselves. */
  readonly crc32: number
}

/** Writes beside the target and renames at the end: what has the target's name is whole. */
export async function writeBackup(
  store: Store,
  sealId: string,
  file: string,
  nowMs: number,
): Promise<{ readonly rows: number }> {
  const partial = `${file}.partial`
  const gzip = createGzip()
  const written = pipeline(gzip, createWriteStream(partial, { mode: 0o600, flags: 'wx' }))
  written.catch(() => undefined) // told by `await written` below
  let sum = 0
  const write = async (line: string): Promise<void> => {
    const text = `${line}\n`
    sum = crc32(text, sum)
    if (!gzip.write(text)) await new Promise((resolve) => gzip.once('drain', resolve))
  }
  try {
    const header: Header = {
      format: 'claviger-backup',
      version: 1,
      created_at: new Date(nowMs).toISOString(),
      schema: await schemaOf(store.db),
      seal_id: sealId,
    }
    await write(JSON.stringify(header))
    const rows = await dumpRows(store, write)
    gzip.end(`${JSON.stringify({ rows, crc32: sum } satisfies Footer)}\n`)
    await written
    await rename(partial, file)
    return { rows }
  } catch (error) {
    gzip.destroy()
    await finished(gzip).catch(() => undefined)
    await rm(partial, { force: true })
    throw error
  }
}

/**
 * Loads a backup into an installation that has none of its own yet, in one transaction.
 *
 * @throws StartError `restore_refused` in plain words
 */
export async function readBackup(
  store: Store,
  file: string,
): Promise<{ readonly rows: number; readonly sealId: string; readonly createdAt: string }> {
  await refuseUsed(store)
  const header = await checkFile(file)
  const schema = await schemaOf(store.db)
  if (schema.join() !== header.schema.join()) {
    throw refusal(
      `The backup is of schema ${header.schema.at(-1)}, this server of schema ${schema.at(-1)}. ` +
        'Restore with the version that made it, and upgrade then.',
    )
  }
  const rows = await store.transaction(async (tx) => {
    const loaded = await loadRows(tx, bodyLines(file))
    // Every process must drop what it remembers of the time before.
    await renewFeed(tx)
    return loaded
  })
  return { rows, sealId: header.seal_id, createdAt: header.created_at }
}

async function refuseUsed(store: Store): Promise<void> {
  const used = await store.raw(
    'select exists (select from identity_workspace) or exists (select from seal_key) as used',
    [],
  )
  if (used[0]?.['used'] === true) {
    throw refusal(
      'There is an installation here already. A backup is restored into an empty data directory or database.',
    )
  }
}

/** Reads the whole file once, so that a damaged one changes nothing. */
async function checkFile(file: string): Promise<Header> {
  let header: Header | undefined
  let sum = 0
  let pending: string | undefined
  for await (const line of linesOf(file)) {
    if (pending !== undefined) sum = crc32(`${pending}\n`, sum)
    pending = line
    header ??= headerOf(line)
  }
  const footer: unknown = pending === undefined ? undefined : JSON.parse(pending)
  if (
    header === undefined ||
    typeof footer !== 'object' ||
    footer === null ||
    !('crc32' in footer) ||
    footer.crc32 !== sum
  ) {
    throw refusal('The file was cut short or damaged: its check sum is wrong. Nothing was changed.')
  }
  return header
}

function headerOf(line: string): Header {
  const parsed: unknown = line.startsWith('{"format":"claviger-backup","version":1,') ? JSON.parse(line) : undefined
  if (typeof parsed !== 'object' || parsed === null) throw refusal('This is not a backup of Claviger.')
  return parsed as Header
}

/** Without header and footer. */
async function* bodyLines(file: string): AsyncGenerator<string> {
  let pending: string | undefined
  let isHeader = true
  for await (const line of linesOf(file)) {
    if (pending !== undefined) yield pending
    if (isHeader) isHeader = false
    else pending = line
  }
}

async function* linesOf(file: string): AsyncGenerator<string> {
  const source = createReadStream(file)
  const plain = source.pipe(createGunzip()).pipe(new Transform({ transform: (chunk, _, done) => done(null, chunk) }))
  source.on('error', (error) => plain.destroy(error))
  try {
    yield* createInterface({ input: plain, crlfDelay: Number.POSITIVE_INFINITY })
  } catch (cause) {
    throw refusal(`The file cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, cause)
  } finally {
    source.destroy()
  }
}

function refusal(message: string, cause?: unknown): StartError {
  return new StartError('restore_refused', message, { cause })
}
