/** Ids: `<type>_<26 characters>`, a UUIDv7 (RFC 9562 §5.7) in Crockford base32, as TypeID writes it. */
import { crockfordEncode128, isCrockford128 } from '../encoding/crockford.ts'

/** What each prefix stands for. */
export const ID_TYPES = {
  wsp: 'workspace',
  app: 'app',
  api: 'api',
  key: 'key',
  ver: 'key version',
  adm: 'admin key',
  rte: 'route',
  mdl: 'model',
  pvk: 'provider key',
  pln: 'plan',
  usr: 'user',
  evt: 'audit entry',
  req: 'request',
  nod: 'node',
  lse: 'lease',
  hnd: 'handover',
  bak: 'backup',
} as const

export type IdType = keyof typeof ID_TYPES

/**
 * @param nowMs Unix ms: ids sort by it
 * @param random 10 bytes from a cryptographic source
 */
export function makeId(type: IdType, nowMs: number, random: Uint8Array): string {
  const bytes = new Uint8Array(16)
  const high = Math.floor(nowMs / 0x1_0000_0000)
  const low = nowMs >>> 0
  bytes[0] = high >>> 8
  bytes[1] = high
  bytes[2] = low >>> 24
  bytes[3] = low >>> 16
  bytes[4] = low >>> 8
  bytes[5] = low
  bytes.set(random.subarray(0, 10), 6)
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70 // version 7
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80 // variant
  return `${type}_${crockfordEncode128(bytes)}`
}

export function isId(type: IdType, text: string): boolean {
  return text.length === type.length + 27 && text.startsWith(`${type}_`) && isCrockford128(text.slice(type.length + 1))
}
