/** The door of the API gateway: `/gw/{route}/…` goes to the route's upstream as it came. */
import { ClavigerError } from '@claviger/core'
import type { Context } from '../context.ts'
import {
  learnRequest,
  learnRoute,
  learnTarget,
  type Admitted,
  type Matched,
  type ReadBody,
  type Received,
  type Refused,
  type Selected,
  type Verified,
} from '../exchange.ts'
import type { Front } from '../front.ts'
import { problemAnswer } from '../http/problem.ts'
import { bodyTooLarge } from '../http/read-body.ts'
import { upstreamHeaders } from '../http/upstream-headers.ts'
import { pushIdentity } from '../identity-tokens.ts'
import type { RoutePart } from '../parts.ts'
import { refuseBadKey } from '../stages/authorize.ts'
import { refuseCaller } from '../stages/refuse.ts'

const PREFIX = '/gw/'

export const gwFront: Front = {
  door: 'gw',
  prefix: PREFIX,
  match,
  read,
  select,
  send: (context, request, sink) => context.ports.egress.send(request, sink),
  tap: () => undefined,
  errorAnswer: problemAnswer,
}

/** No such route is told after `verify` only: without a good key nobody learns which names exist. */
function match(context: Context, received: Received): Matched {
  const { path } = received
  const slash = path.indexOf('/', PREFIX.length)
  const name = slash === -1 ? path.slice(PREFIX.length) : path.slice(PREFIX.length, slash)
  const rest = slash === -1 ? '' : path.slice(slash)
  return learnRoute(received, context.ports.snapshots.routeByName(name), rest)
}

function read(context: Context, verified: Verified): ReadBody | Refused {
  const { route, facts } = verified
  // a route of another workspace and none at all are one and the same to this caller
  if (route === undefined || route.workspaceId !== verified.key.workspace.current.id) {
    return refuseBadKey(context, verified) ?? refuseCaller(notFound(), 'route', verified)
  }
  const limitBytes = Math.min(route.maxBodyBytes, context.settings.maxBodyBytes)
  const known = learnTarget(verified, route, undefined)
  return (facts.contentLengthBytes ?? 0) > limitBytes ? refuseCaller(bodyTooLarge(limitBytes), 'body', known) : known
}

function select(context: Context, admitted: Admitted): Selected {
  // `read` has matched a route of this door
  const route = admitted.route
  if (route === undefined) throw new TypeError('a call was admitted without a route')
  const headers = upstreamHeaders(context, admitted, { without: keyHeadersOf(route), forwarded: 'tell' })
  if (route.tellsIdentity)
    pushIdentity(headers, context.identities.identityOf(admitted, route.api, context.ports.clock.nowMs()))
  if (admitted.upgradeHead !== undefined) headers.push('Connection', 'Upgrade', 'Upgrade', 'websocket')
  const egress = {
    credentialId: route.credentialId,
    usedBy: {
      kind: 'route' as const,
      id: route.id,
      appId: admitted.key.app.current.id,
      workspaceId: route.workspaceId,
    },
    origin: route.upstreamOrigin,
    method: admitted.method,
    path: pathOf(route, admitted.rest) + admitted.query,
    headers,
    timeouts: route.timeouts,
  }
  return learnRequest(admitted, egress, undefined)
}

function pathOf(route: RoutePart, rest: string): string {
  const path = route.upstreamBasePath + rest
  return path === '' ? '/' : path
}

const keyHeaders = new WeakMap<RoutePart, ReadonlySet<string>>()

function keyHeadersOf(route: RoutePart): ReadonlySet<string> {
  let names = keyHeaders.get(route)
  if (names === undefined) {
    names = new Set(route.keyHeaders.map((name) => name.replaceAll('_', '-')))
    keyHeaders.set(route, names)
  }
  return names
}

function notFound(): ClavigerError {
  return new ClavigerError('route_not_found', 'There is no such route.')
}
