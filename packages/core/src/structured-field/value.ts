/** What a structured header field may say. @see RFC 9651 §3 */

/** Numbers are told apart, because they are written apart: `1` is an Integer, `1.0` a Decimal, `@1` a Date in seconds. */
export type BareItem =
  | { readonly kind: 'integer' | 'decimal' | 'date'; readonly value: number }
  | { readonly kind: 'string' | 'token' | 'display'; readonly value: string }
  | { readonly kind: 'binary'; readonly value: Uint8Array }
  | { readonly kind: 'boolean'; readonly value: boolean }

/** In the order of the field. */
export type Parameters = ReadonlyMap<string, BareItem>

export interface Item {
  readonly bare: BareItem
  readonly parameters: Parameters
}

export interface InnerList {
  readonly items: readonly Item[]
  readonly parameters: Parameters
}

export type Member = Item | InnerList
export type List = readonly Member[]
export type Dictionary = ReadonlyMap<string, Member>
