/** Ids of things: `<type>_<26 characters>`, a UUIDv7 (RFC 9562 §5.7) in Crockford base32, as TypeID 0.3 has it. */
import { crockfordEncodeHigh48, crockfordEncodeLow80, isCrockford128 } from '../encoding/crockford.ts'

/** The type of an id, and what it names. A type is public API: it may be added, never renamed. */
export const ID_TYPES = {
  wsp: 'workspace',
  app: 'app',
  api: 'api',
  key: 'key',
  ver: 'version of a key',
  adm: 'admin key',
  rte: 'route',
  mdl: 'model',
  pvk: 'provider key',
  pln: 'plan',
  usr: 'user',
  svc: 'service',
  agt: 'agent',
  rol: 'role',
  pol: 'policy',
  sec: 'secret',
  sul: 'set-up link',
  evt: 'audit entry or event',
  req: 'request',
  nod: 'node',
  lse: 'lease',
  ord: 'order on many keys',
  hnd: 'handover of a secret',
  bak: 'backup',
} as const satisfies Record<string, string>

export type IdType = keyof typeof ID_TYPES

const LAST_48_BIT_MS = 2 ** 48 - 1

/**
 * Makes an id. Ids of one type sort by the millisecond they were made in; within one, at random.
 *
 * @param nowMs Unix milliseconds
 * @param random 10 bytes from the system's CSPRNG; 74 of the 80 bits are used
 * @throws RangeError for another length, or an instant that a UUIDv7 cannot hold
 */
export function makeId(type: IdType, nowMs: number, random: Uint8Array): string {
  if (random.length !== 10) throw new RangeError('an id takes exactly 10 random bytes')
  if (!Number.isInteger(nowMs) || nowMs < 0 || nowMs > LAST_48_BIT_MS) {
    throw new RangeError('an id takes whole Unix milliseconds of 48 bits')
  }
  const low = new Uint8Array(random)
  low[0] = ((low[0] ?? 0) & 0x0f) | 0x70 // version 7
  low[2] = ((low[2] ?? 0) & 0x3f) | 0x80 // variant of RFC 9562
  return `${type}_${highOf(nowMs)}${crockfordEncodeLow80(low)}`
}

let lastMs = -1
let lastHigh = ''

/** Ids are made many times within a millisecond, and its characters are the same for all of them. */
function highOf(nowMs: number): string {
  if (nowMs === lastMs) return lastHigh
  lastMs = nowMs
  lastHigh = crockfordEncodeHigh48(nowMs)
  return lastHigh
}

/** Whether `text` is spelled as an id of this type. Says nothing of whether the thing exists. */
export function isId(type: IdType, text: string): boolean {
  return text.length === type.length + 27 && text.startsWith(`${type}_`) && isCrockford128(text.slice(type.length + 1))
}
