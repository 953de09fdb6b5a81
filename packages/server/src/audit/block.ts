/** Blocks of the journal: lines with a line feed between them, compressed with zstd (RFC 8878). */
import { constants, zstdCompress, zstdDecompress } from 'node:zlib'
import { promisify } from 'node:util'

/** Levels 1 to 3 cost the same here; this one is the smallest. */
const LEVEL = { params: { [constants.ZSTD_c_compressionLevel]: 2 } }
/** A batch of the drain is far smaller; more is not unpacked. */
const LARGEST_BYTES = 256 * 1024 * 1024

const compress = promisify(zstdCompress)
const decompress = promisify(zstdDecompress)

export async function packBlock(lines: readonly string[]): Promise<Uint8Array> {
  return compress(Buffer.from(lines.join('\n')), LEVEL)
}

export async function unpackBlock(block: Uint8Array): Promise<readonly string[]> {
  return (await decompress(block, { maxOutputLength: LARGEST_BYTES })).toString().split('\n')
}
