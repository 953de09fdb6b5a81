/** Backup and restore of the whole installation: one compressed file, with a header that says what it is and a check sum. */
import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { open, rename, rm, type FileHandle } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { crc32, createGunzip, createGzip } from 'node:zlib'
import { messageOf, StartError, systemCode } from '#config'
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

/**
 * Writes beside the target and renames at the end: what has the target's name is whole.
 *
 * @throws StartError `backup_failed` in plain words when the file cannot be written
 */
export async function writeBackup(
  store: Store,
  sealId: string,
  file: string,
  nowMs: number,
): Promise<{ readonly rows: number }> {
  const partial = `${file}.partial`
  const handle = await openPartial(partial)
  const gzip = createGzip()
  const written = pipeline(gzip, handle.createWriteStream())
  let failure: Error | undefined
  written.catch((error: Error) => (failure ??= error))
  let sum = 0
  const write = async (line: string): Promise<void> => {
    const text = `${line}\n`
    sum = crc32(text, sum)
    if (failure !== undefined) throw failure
    // a disk that takes no more never drains
    if (!gzip.write(text)) await Promise.race([once(gzip, 'drain'), written])
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
    const cause = failure
    gzip.destroy()
    await written.catch(() => undefined)
    await rm(partial, { force: true })
    throw cause === undefined ? error : notWritten(cause)
  }
}

async function openPartial(partial: string): Promise<FileHandle> {
  try {
    return await open(partial, 'wx', 0o600)
  } catch (cause) {
    throw notWritten(cause)
  }
}

function notWritten(cause: unknown): StartError {
  const remedy =
    systemCode(cause) === 'EEXIST'
      ? 'Another backup writes there, or one was interrupted. If none is running, delete that file.'
      : 'Nothing was left behind.'
  return new StartError('backup_failed', `The backup cannot be written: ${messageOf(cause)}. ${remedy}`, { cause })
}

/**
 * Loads a backup into an installation that has none of its own yet, in one transaction.
 *
 * @param sealId of the seal key that is in place
 * @throws StartError `restore_refused` in plain words
 */
export async function readBackup(
  store: Store,
  file: string,
  sealId: string,
): Promise<{ readonly rows: number; readonly createdAt: string }> {
  await refuseUsed(store)
  const header = await checkFile(file)
  if (header.seal_id !== sealId) {
    throw refusal(
      `This is the wrong seal key: the backup was sealed under ${header.seal_id}, and the key in place is ${sealId}. ` +
        'Put the right key file in place, or say where it is with CLAVIGER_SEAL_KEY_FILE. Nothing was changed.',
    )
  }
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
  return { rows, createdAt: header.created_at }
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
  const footer = pending === undefined ? undefined : parsed(pending)
  if (
    header === undefined ||
    typeof footer !== 'object' ||
    footer === null ||
    !('crc32' in footer) ||
    footer.crc32 !== sum
  ) {
    throw damaged()
  }
  return header
}

function headerOf(line: string): Header {
  const header = line.startsWith('{"format":"claviger-backup","version":1,') ? parsed(line) : undefined
  if (typeof header !== 'object' || header === null) throw refusal('This is not a backup of Claviger.')
  // The check sum at the end of the file proves that it is what `writeBackup` wrote.
  return header as Header
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch (cause) {
    throw damaged(cause)
  }
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
  const plain = createGunzip()
  const reading = pipeline(createReadStream(file), plain)
  reading.catch(() => undefined) // whatever breaks, breaks the loop below
  let rest = ''
  try {
    for await (const chunk of plain.setEncoding('utf8')) {
      const lines = `${rest}${chunk}`.split('\n')
      rest = lines.pop() ?? ''
      yield* lines
    }
  } catch (cause) {
    throw systemCode(cause)?.startsWith('Z_') === true
      ? damaged(cause)
      : refusal(`The file cannot be read: ${messageOf(cause)}`, cause)
  }
  if (rest !== '') yield rest
}

function damaged(cause?: unknown): StartError {
  return refusal(
    'This is not a backup of Claviger, or it was cut short or damaged on its way. Nothing was changed.',
    cause,
  )
}

function refusal(message: string, cause?: unknown): StartError {
  return new StartError('restore_refused', message, { cause })
}
