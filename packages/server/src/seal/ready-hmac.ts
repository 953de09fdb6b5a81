/**
 * HMAC-SHA-256 under one key, made ready once (RFC 2104 §4): the key's two padded blocks are kept, and each digest is two
 * calls of the one-shot hash. For the hot path: a `createHmac` each time costs five times as much, most of it for the
 * native object that the collector must find and free.
 */
import { hash, type KeyObject } from 'node:crypto'
import { wipe } from './primitives.ts'

/** Of SHA-256. */
const BLOCK_BYTES = 64
const DIGEST_BYTES = 32
/** A presented secret has a few hundred bytes at most; longer messages get a buffer of their own. */
const ROOM_BYTES = 1_024
/** UTF-8 takes at most three bytes for a UTF-16 unit. */
const MAX_BYTES_PER_UNIT = 3

export class ReadyHmac {
  /** The inner block, and behind it room for the message. */
  readonly #inner = Buffer.alloc(BLOCK_BYTES + ROOM_BYTES)
  /** The outer block, and behind it room for the inner digest. */
  readonly #outer = Buffer.alloc(BLOCK_BYTES + DIGEST_BYTES)

  constructor(secret: KeyObject) {
    const exported = secret.export()
    const key = exported.byteLength > BLOCK_BYTES ? hash('sha256', exported, 'buffer') : exported
    for (let at = 0; at < BLOCK_BYTES; at += 1) {
      const byte = key[at] ?? 0
      this.#inner[at] = byte ^ 0x36
      this.#outer[at] = byte ^ 0x5c
    }
    wipe(exported, key)
  }

  /** @returns 32 bytes; a string counts as UTF-8 */
  digest(message: string | Uint8Array): Uint8Array {
    const most = message.length * MAX_BYTES_PER_UNIT
    const room =
      most <= ROOM_BYTES ? this.#inner : Buffer.concat([this.#inner.subarray(0, BLOCK_BYTES)], BLOCK_BYTES + most)
    const end = BLOCK_BYTES + put(message, room)
    const block = room.subarray(0, end)
    this.#outer.set(hash('sha256', block, 'buffer'), BLOCK_BYTES)
    // what was presented does not stay in memory
    block.fill(0, BLOCK_BYTES)
    return hash('sha256', this.#outer, 'buffer')
  }

  /** Overwrites the key. */
  wipe(): void {
    wipe(this.#inner, this.#outer)
  }
}

/** @returns how many bytes it takes, behind the block */
function put(message: string | Uint8Array, room: Buffer): number {
  if (typeof message === 'string') return room.write(message, BLOCK_BYTES, 'utf8')
  room.set(message, BLOCK_BYTES)
  return message.byteLength
}
