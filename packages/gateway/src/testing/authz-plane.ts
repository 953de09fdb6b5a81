/** A plane with what the tests of forward-auth ask about: a good key for the api `orders`, and a proxy that is trusted. */
import { compileCidrs, compileScopes } from '@claviger/core'
import type { GatewaySettings } from '../context.ts'
import { apiOf } from './made-parts.ts'
import { type MadeKey } from './memory-ports.ts'
import { startPlane, type Plane } from './plane.ts'
import { sendRaw, type RawAnswer } from './raw-client.ts'

export const orders = apiOf('wsp_home')
export const CLIENT = '203.0.113.7'

export interface AuthzPlane {
  readonly plane: Plane
  readonly made: MadeKey
  /** Asks as a proxy would, about `GET /orders/17`; a field that is undefined is not sent. */
  ask(question: string, fields?: Readonly<Record<string, string | undefined>>): Promise<RawAnswer>
  askAt(path: string, method: string, fields: Readonly<Record<string, string | undefined>>): Promise<RawAnswer>
}

export async function startAuthzPlane(changes: Partial<GatewaySettings> = {}): Promise<AuthzPlane> {
  const plane = await startPlane({ trustedProxies: compileCidrs(['127.0.0.1']), ...changes })
  for (const name of ['orders', 'api_wsp_home']) plane.world.apis.set(name, orders)
  const made = plane.world.addKey(orders, { scopes: compileScopes(['read', 'write']) })
  const askAt: AuthzPlane['askAt'] = async (path, method, fields) => {
    const headers: Record<string, string> = {}
    for (const [name, value] of Object.entries(fields)) if (value !== undefined) headers[name] = value
    return sendRaw({ method, url: plane.origin + path, headers })
  }
  return {
    plane,
    made,
    askAt,
    ask: async (question, fields = {}) =>
      askAt(`/authz/forward?${question}`, 'GET', {
        'x-forwarded-method': 'GET',
        'x-forwarded-uri': '/orders/17',
        'x-forwarded-for': CLIENT,
        authorization: `Bearer ${made.secret}`,
        ...fields,
      }),
  }
}

export const codeOf = ({ body }: RawAnswer): unknown => JSON.parse(body.toString()).code
