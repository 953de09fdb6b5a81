/** The kinds of credential that egress can put into a request: one file each, one line here. */
import type { MaybePromise } from '@claviger/gateway'
import { basic } from './basic.ts'
import { bearer } from './bearer.ts'
import { header } from './header.ts'
import type { Injected, Injector, Outgoing } from './injector.ts'
import { query } from './query.ts'

export const injectors = { bearer, basic, header, query } as const satisfies Record<string, Injector<never>>

export type InjectionKind = keyof typeof injectors
type SettingsOf<Kind extends InjectionKind> = Parameters<(typeof injectors)[Kind]['inject']>[1]

/** A kind with its settings: `{ kind: 'header', name: 'x-api-key' }`. */
export type Injection<Kind extends InjectionKind = InjectionKind> = {
  [Each in Kind]: { readonly kind: Each } & SettingsOf<Each>
}[Kind]

/** Puts a secret into a request, in the way that the injection says. */
export function inject<Kind extends InjectionKind>(
  outgoing: Outgoing,
  injection: Injection<Kind>,
  secret: string,
): MaybePromise<Injected> {
  const table: { readonly [Each in InjectionKind]: Injector<Injection<Each>> } = injectors
  return table[injection.kind].inject(outgoing, injection, secret)
}

export type { Injected, Injector, Outgoing } from './injector.ts'
