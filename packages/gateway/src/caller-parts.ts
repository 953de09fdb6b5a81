/** Apis, roles and apps are edited behind a key's back: what was made of a key holds for the parts that it was made of. */
import type { PartRef } from '@claviger/core'

export const currentOf = <Part>({ current }: PartRef<Part>): Part => current

export const areCurrent = <Part>(refs: readonly PartRef<Part>[], known: readonly Part[]): boolean =>
  refs.length === known.length && refs.every(({ current }, index) => current === known[index])
