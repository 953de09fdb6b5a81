/** 32 bits that stand for a key's id in the journal's index. Several keys may share one: what is found is read to be sure. */
import { crc32 } from 'node:zlib'

/** As a signed 32-bit integer, PostgreSQL's `int4`. */
export function keyTag(keyId: string): number {
  return crc32(keyId) | 0
}
