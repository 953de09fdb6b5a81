/** The secret as a query parameter, for upstreams that know no better. The rest of the query keeps its bytes. */
import { z } from 'zod'
import type { Injector } from './injector.ts'

const settings = z.strictObject({
  kind: z.literal('query'),
  name: z.string().regex(/^[A-Za-z0-9._~-]{1,64}$/, 'must be 1 to 64 of letters, digits and ._~-'),
})

export const query = {
  title: 'Query parameter',
  settings,
  ready: ({ name }, secret) => {
    const own = `${encodeURIComponent(name)}=${encodeURIComponent(secret)}`
    return { inject: (outgoing) => ({ path: withParameter(outgoing.path, name, own), headers: [] }) }
  },
} satisfies Injector<typeof settings>

function withParameter(target: string, name: string, own: string): string {
  const at = target.indexOf('?')
  const path = at === -1 ? target : target.slice(0, at)
  const parts = at === -1 ? [] : target.slice(at + 1).split('&')
  const others = parts.filter((part) => part !== '' && nameOf(part) !== name)
  return `${path}?${[...others, own].join('&')}`
}

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
