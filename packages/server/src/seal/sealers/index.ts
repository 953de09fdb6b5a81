/** The list of seals: a name and how to open it. */
import { openKeyFile } from './key-file.ts'
import type { OpenSealer } from './sealer.ts'

export const sealers = { 'key-file': openKeyFile } as const satisfies Record<string, OpenSealer>

export type SealerType = keyof typeof sealers
