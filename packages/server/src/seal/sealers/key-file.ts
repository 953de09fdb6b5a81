/**
 * The seal as a static key file: 32 random bytes, readable by its owner only.
 * The file is made once, on the first start. When it is lost later, nothing that was sealed can be read again, so a new
 * one is never made in silence.
 */
import { mkdir, open, rm, stat, type FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import { StartError, systemCode } from '#config'
import { KEY_BYTES } from '../aead.ts'
import { closeBox, openBox } from '../box.ts'
import { hmacSha256, wipe } from '../primitives.ts'
import { newKeyBytes, workingKey } from '../working-key.ts'
import type { Sealer, SealerContext } from './sealer.ts'

const TYPE = 'key-file'
const EXPOSED_BITS = 0o077

export async function openKeyFile({ config, log, start }: SealerContext): Promise<Sealer> {
  const file = config.sealKeyFile
  if (!(await exists(file))) {
    if (start === 'later') throw lost(file)
    await makeKeyFile(file)
    log.info(
      { file },
      'Made a new seal key. Keep a copy of this file apart from the backups: without it nothing sealed can be read.',
    )
  }
  return keyFileSealer(await readKeyFile(file, start))
}

/** Takes the key over: the bytes are zeroed. */
export function keyFileSealer(keyBytes: Uint8Array): Sealer {
  const key = workingKey(keyBytes)
  // 64 bits of a keyed hash: enough to tell seals apart, and nothing to attack the key with.
  const keyId = `${TYPE}:${Buffer.from(hmacSha256(key.commit, 'claviger/seal-id').subarray(0, 8)).toString('hex')}`
  return {
    type: TYPE,
    keyId,
    async wrap(plaintext, header) {
      return closeBox(key, header, plaintext)
    },
    async unwrap(wrapped, header) {
      return openBox(key, header, wrapped)
    },
    close() {},
  }
}

/**
 * Makes a key file that did not exist, and waits until it is on the disk.
 *
 * @throws StartError `seal_key_unwritable`; an existing file is never touched
 */
export async function makeKeyFile(file: string): Promise<void> {
  const bytes = newKeyBytes()
  let handle: FileHandle | undefined
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 })
    handle = await open(file, 'wx', 0o600)
    // The umask may have taken bits away from the mode; it never adds any, but the owner must be able to read.
    await handle.chmod(0o600)
    await handle.writeFile(bytes)
    await handle.sync()
    await syncDirectory(dirname(file))
  } catch (cause) {
    // half a key would stand in the way of the next start
    if (handle !== undefined) await rm(file, { force: true })
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new StartError('seal_key_unwritable', `Cannot write the seal key to ${file}: ${why}`, { cause })
  } finally {
    wipe(bytes)
    await handle?.close()
  }
}

export async function readKeyFile(file: string, start: SealerContext['start']): Promise<Uint8Array> {
  let handle: FileHandle | undefined
  try {
    handle = await open(file, 'r')
    const found = await handle.stat()
    if ((found.mode & EXPOSED_BITS) !== 0) {
      const mode = (found.mode & 0o777).toString(8).padStart(3, '0')
      throw new StartError(
        'seal_key_exposed',
        `Other users of this machine may read the seal key ${file} (mode 0${mode}). ` +
          `If nobody did, close it with: chmod 600 ${file}. If somebody may have, change the seal as docs/guide/seal.md says.`,
      )
    }
    if (found.size !== KEY_BYTES) throw malformed(file, found.size, start)
    const bytes = new Uint8Array(KEY_BYTES)
    const { bytesRead } = await handle.read(bytes, 0, KEY_BYTES, 0)
    if (bytesRead !== KEY_BYTES) throw malformed(file, bytesRead, start)
    return bytes
  } catch (cause) {
    if (cause instanceof StartError) throw cause
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new StartError('seal_key_unreadable', `Cannot read the seal key ${file}: ${why}`, { cause })
  } finally {
    await handle?.close()
  }
}

function lost(file: string): StartError {
  return new StartError(
    'seal_key_missing',
    `The seal key is lost: this database was sealed before, and there is no key file at ${file}. ` +
      'Put back the copy that was kept, or say where it is with CLAVIGER_SEAL_KEY_FILE. ' +
      'No new key is made, because nothing that was sealed could be read with it. What is lost without it: docs/guide/seal.md.',
  )
}

function malformed(file: string, sizeBytes: number, start: SealerContext['start']): StartError {
  const remedy =
    start === 'first'
      ? 'Nothing has been sealed with it yet: delete the file, and the next start makes a good one.'
      : 'Put back the copy that was kept.'
  return new StartError(
    'seal_key_malformed',
    `The seal key ${file} must hold exactly ${KEY_BYTES} bytes and holds ${sizeBytes}. ${remedy}`,
  )
}

async function exists(file: string): Promise<boolean> {
  try {
    await stat(file)
    return true
  } catch (error) {
    // Anything else (no permission, not a directory) is told by the attempt to read or write.
    return systemCode(error) !== 'ENOENT'
  }
}

async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
