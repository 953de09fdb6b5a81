/**
 * OAuth 2.0 client credentials (RFC 6749 §4.4): the secret is the client secret, which goes to the token endpoint only;
 * upstreams get the access token, as a bearer token (RFC 6750 §2.1).
 */
import { parseOrigin, type FieldProblem } from '@claviger/core'
import { z } from 'zod'
import { AccessTokens } from './access-tokens.ts'
import type { Injector, OwnRequest, Stored } from './injector.ts'

const text = (most: number) =>
  z
    .string()
    .min(1)
    .max(most)
    .regex(/^[\x20-\x7e]*$/, 'must be printable ASCII')

const settings = z.strictObject({
  kind: z.literal('oauth2_client_credentials'),
  token_url: text(2048).meta({
    description: 'The token endpoint. The client secret is sent there and nowhere else.',
    example: 'https://login.example.com/oauth2/token',
  }),
  client_id: text(512).meta({ example: 'claviger' }),
  scope: text(2048).optional().meta({ description: 'Separated by blanks.', example: 'invoices.read' }),
  audience: text(2048)
    .optional()
    .meta({ description: 'For servers that ask for one.', example: 'https://api.example.com' }),
  auth_style: z
    .enum(['basic', 'post'])
    .optional()
    .meta({ description: 'How the client authenticates (RFC 6749 §2.3.1): basic (default), or post, in the body.' }),
})

type Settings = z.output<typeof settings>

export const oauth2ClientCredentials = {
  title: 'OAuth 2.0 client credentials',
  settings,
  flaws: (chosen, secret, stored) => [...urlFlaws(chosen, stored), ...secretFlaws(secret)],
  ready: (chosen, secret, tools) => {
    const tokens = new AccessTokens({ request: tokenRequest(chosen, secret), tools })
    return {
      inject: ({ path }) => {
        const token = tokens.current()
        const inject = (value: string) => ({
          path,
          headers: ['authorization', `Bearer ${value}`],
          refused: () => tokens.refused(value),
        })
        return token instanceof Promise ? token.then(inject) : inject(token)
      },
    }
  },
} satisfies Injector<typeof settings>

function urlFlaws({ token_url: url }: Settings, { namedHosts }: Stored): readonly FieldProblem[] {
  const pointer = '/injection/token_url'
  const target = targetOf(url)
  if (target === undefined) {
    return [{ pointer, detail: 'This is no URL of a token endpoint: https://login.example.com/oauth2/token' }]
  }
  if (target.origin.scheme === 'http' && !namedHosts.has(target.origin.host)) {
    return [
      {
        pointer,
        detail:
          'A client secret travels over https. Plain http is for hosts that CLAVIGER_ALLOW_PRIVATE_UPSTREAMS names.',
      },
    ]
  }
  return []
}

function secretFlaws(secret: string): readonly FieldProblem[] {
  return /[\r\n\t]/.test(secret) ? [{ pointer: '/secret', detail: 'A client secret holds no line breaks.' }] : []
}

/** Origin, path and query. No user, no fragment, and nothing that two parsers read in two ways. */
function targetOf(url: string) {
  if (!/^[A-Za-z0-9\-._~:/?[\]@!$&'()*+,;=%]+$/.test(url) || !URL.canParse(url)) return undefined
  const { username, password, origin: written, pathname, search } = new URL(url)
  const origin = username === '' && password === '' ? parseOrigin(written) : undefined
  return origin === undefined ? undefined : { origin, path: pathname + search }
}

/** RFC 6749 §4.4.2. Made once: it is the same each time. */
function tokenRequest(chosen: Settings, secret: string): OwnRequest {
  const { token_url: url, client_id: clientId, scope, audience, auth_style: style = 'basic' } = chosen
  const target = targetOf(url)
  if (target === undefined) throw new Error('the token endpoint was checked when it was stored')
  const form = new URLSearchParams({ grant_type: 'client_credentials' })
  if (scope !== undefined) form.set('scope', scope)
  if (audience !== undefined) form.set('audience', audience)
  const headers = ['content-type', 'application/x-www-form-urlencoded', 'accept', 'application/json']
  if (style === 'post') {
    form.set('client_id', clientId)
    form.set('client_secret', secret)
  } else {
    const pair = `${formText(clientId)}:${formText(secret)}`
    headers.push('authorization', `Basic ${Buffer.from(pair, 'utf8').toString('base64')}`)
  }
  const body = new TextEncoder().encode(form.toString())
  return { origin: target.origin.text, method: 'POST', path: target.path, headers, body }
}

/** As forms write it, which §2.3.1 asks for before the base64. */
function formText(value: string): string {
  return new URLSearchParams({ '': value }).toString().slice(1)
}
