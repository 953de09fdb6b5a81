/** The door of the API gateway: `/gw/{route}/…`, and the places of routes, go to the route's upstream as they came. */
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
import { writeFields } from '../shaping/field-rules.ts'
import { refuseBadKey } from '../stages/authorize.ts'
import { refuseCaller, refuseUnknown } from '../stages/refuse.ts'
import { refuseAllOut } from '../upstreams/refuse-all-out.ts'
import { sendToPool } from '../upstreams/send-to-pool.ts'

const PREFIX = '/gw/'

export const gwFront: Front = {
  door: 'gw',
  prefix: PREFIX,
  match,
  read,
  select,
  send: (context, request, sink, selected) => {
    const pool = selected.route?.pool
    return pool === undefined
      ? context.ports.egress.send(request, sink)
      : sendToPool(context, request, sink, { selected, pool })
  },
  tap: () => undefined,
  errorAnswer: problemAnswer,
}

/** The same door at the hosts and paths that routes have of their own: nobody is here but for a route. */
export const placedFront: Front = { ...gwFront, match: matchPlace }

/** No such route is told after `verify` only: without a good key nobody learns which names exist. */
function match(context: Context, received: Received): Matched {
  const { path } = received
  const slash = path.indexOf('/', PREFIX.length)
  const name = slash === -1 ? path.slice(PREFIX.length) : path.slice(PREFIX.length, slash)
  const rest = slash === -1 ? '' : path.slice(slash)
  const route = context.ports.snapshots.routeByName(name)
  return learnRoute(received, route, restFor(route, rest))
}

function matchPlace(context: Context, received: Received): Matched | Refused {
  const { path } = received
  const route = context.ports.snapshots.places.find(received.headers.host, path)
  if (route === 'two-readings') return refuseUnknown(twoReadings(), 'route.paths')
  return learnRoute(received, route, restFor(route, path))
}

/** What the upstream gets behind its base path, and what restrictions of keys judge. */
function restFor(route: RoutePart | undefined, path: string): string {
  const stripped = route?.shaping?.stripPrefix
  return stripped === undefined || !isBelow(stripped, path) ? path : path.slice(stripped.length)
}

/** By whole segments. */
function isBelow(prefix: string, path: string): boolean {
  return path.startsWith(prefix) && (path.length === prefix.length || path.charCodeAt(prefix.length) === 0x2f)
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

function select(context: Context, admitted: Admitted): Selected | Refused {
  // `read` has matched a route of this door
  const route = admitted.route
  if (route === undefined) throw new TypeError('a call was admitted without a route')
  const refused = route.pool === undefined ? undefined : refuseAllOut(route.pool, admitted)
  if (refused !== undefined) return refused
  const headers = upstreamHeaders(context, admitted, { without: droppedBy(route), forwarded: 'tell' })
  const fields = route.shaping?.requestFields
  if (fields !== undefined) writeFields(headers, fields, admitted)
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
  const path = route.shaping?.replacePath ?? route.upstreamBasePath + rest
  return path === '' ? '/' : path
}

/** Where keys are read, and what the route's rules take away or set. */
const dropped = new WeakMap<RoutePart, ReadonlySet<string>>()

function droppedBy(route: RoutePart): ReadonlySet<string> {
  let names = dropped.get(route)
  if (names === undefined) {
    names = new Set(route.keyHeaders.map((name) => name.replaceAll('_', '-')))
    const ruled = route.shaping?.requestFields?.dropped
    if (ruled !== undefined) names = new Set([...names, ...ruled])
    dropped.set(route, names)
  }
  return names
}

/** Servers differ on escapes of letters and on parameters, and here it would be on who may enter. */
function twoReadings(): ClavigerError {
  return new ClavigerError(
    'bad_path',
    'The path can be read in two ways, which lead to different routes. Write it plainly.',
  )
}

function notFound(): ClavigerError {
  return new ClavigerError('route_not_found', 'There is no such route.')
}
