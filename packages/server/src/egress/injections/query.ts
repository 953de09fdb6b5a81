/** The secret as a query parameter, for upstreams that know no better. The rest of the query keeps its bytes. */
import type { Injector } from './injector.ts'

export interface QuerySettings {
  readonly name: string
}

export const query = {
  title: 'Query parameter',
  inject: (outgoing, { name }, secret) => {
    const at = outgoing.path.indexOf('?')
    const path = at === -1 ? outgoing.path : outgoing.path.slice(0, at)
    const parts = at === -1 ? [] : outgoing.path.slice(at + 1).split('&')
    const others = parts.filter((part) => part !== '' && nameOf(part) !== name)
    const own = `${encodeURIComponent(name)}=${encodeURIComponent(secret)}`
    return { path: `${path}?${[...others, own].join('&')}`, headers: [] }
  },
} satisfies Injector<QuerySettings>

/** The name of `name=value`, decoded as forms are, so that no other spelling of it stays beside ours. */
function nameOf(part: string): string {
  const [name = ''] = part.split('=', 1)
  try {
    return decodeURIComponent(name.replaceAll('+', ' '))
  } catch {
    // Not valid percent-encoding, so it cannot spell the name of the parameter.
    return name
  }
}
