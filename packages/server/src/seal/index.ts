/** Floor 2: all the cryptography of the server. The only room that may import node:crypto. */
export { sealOf } from './bind-seal.ts'
export type { FindSample, KeyCheck, SampleCheck, SealStatus } from './check-keys.ts'
export { WEAR_LIMITS, type WearLimits } from './key-wear.ts'
export { openSeal, type SealOptions } from './open-seal.ts'
export type { KeyedDigest } from './peppers.ts'
export type { Place } from './record.ts'
export type { AuditHasher, AutomaticRotation, Seal } from './seal.ts'
export { SealError, type SealErrorReason } from './seal-error.ts'
