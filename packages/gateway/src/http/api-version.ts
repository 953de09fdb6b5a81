/** Which version of its api a call on a route is for, as far as the upstream cannot read it in another way. */
import { fieldName } from '@claviger/core'
import type { Matched } from '../exchange.ts'
import type { VersionSource } from '../parts.ts'
import { nominatedFields } from './field-names.ts'

/** No longer one can be allowed. */
const MOST_CHARACTERS = 100
/** What no restriction can allow: a version was named, in a way that servers may read differently, or is none. */
const UNCLEAR = ''

type Told = Pick<Matched, 'rest' | 'rawHeaders' | 'headers'>

/** Undefined: the call names none, and the route has none for that case. */
export function apiVersionOf(source: VersionSource, told: Told): string | undefined {
  switch (source.from) {
    case 'fixed':
      return source.value
    case 'path':
      return bounded(told.rest.split('/', 2)[1] ?? '')
    case 'header':
      return ofHeader(source, told)
  }
}

/**
 * Twice, spelled with `_`, or named by `Connection` so that it ends here: some upstreams would see another version, or none
 * and take their own default.
 */
function ofHeader(
  { name, fallback }: Extract<VersionSource, { readonly from: 'header' }>,
  { rawHeaders, headers }: Told,
): string | undefined {
  let version: string | undefined
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const { lower, plain } = fieldName(rawHeaders[at] ?? '')
    if (plain !== name) continue
    if (version !== undefined || lower !== name) return UNCLEAR
    version = rawHeaders[at + 1] ?? ''
  }
  if (version === undefined) return fallback
  return nominatedFields(headers.connection).has(name) ? UNCLEAR : bounded(version)
}

const bounded = (version: string): string => (version.length > MOST_CHARACTERS ? UNCLEAR : version)
