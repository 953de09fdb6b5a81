/** The secret as the whole value of a header field of the operator's choice, such as `x-api-key`. */
import type { Injector } from './injector.ts'

export interface HeaderSettings {
  readonly name: string
}

export const header = {
  title: 'Header field',
  inject: (outgoing, { name }, secret) => ({ path: outgoing.path, headers: [name.toLowerCase(), secret] }),
} satisfies Injector<HeaderSettings>
