/** Routes: create, change, delete. Each change is audited and told to every node in the same transaction. */
import { ClavigerError, makeId, type FeedLossPolicy } from '@claviger/core'
import { appendEntry } from '#audit'
import { atRevision } from '#edge'
import { appendChange } from '#feed'
import type { Caller } from '#keys'
import { checkTarget } from './check-target.ts'
import { routeFromRow } from './compile.ts'
import { changeAndApply, type DataplaneRoom, type Target } from './room.ts'
import { deleteRouteRow, insertRoute, lockRoute, routeNameTaken, updateRouteRow } from './rows.ts'
import { limitsToColumn } from '#usage'
import { checkPlaces, occupyPlaces, type PlaceSettings } from './places.ts'
import { checkShaping, shapingColumns } from './shaping.ts'
import type { Guard, Route, RouteSettings } from './targets.ts'
import { checkUpstreams, upstreamColumns, upstreamsNamed } from './upstream-settings.ts'

/** @throws ClavigerError `validation_failed`; `conflict` when the name or a place is taken anywhere in the installation */
export async function createRoute(room: DataplaneRoom, caller: Caller, wanted: RouteSettings): Promise<Route> {
  return changeAndApply(room, async (tx) => {
    const now = new Date(room.nowMs())
    checkRoute(wanted)
    await checkTarget(tx, caller.workspaceId, wanted, upstreamsOf(wanted))
    if (await routeNameTaken(tx, wanted.name)) throw routeNameIsTaken(wanted.name)
    const row = await insertRoute(tx, {
      id: makeId('rte', now.getTime(), room.seal.randomBytes(10)),
      workspace_id: caller.workspaceId,
      name: wanted.name,
      ...routeColumns(wanted),
      created_at: now,
      updated_at: now,
    })
    if (hasPlaces(wanted)) await occupyPlaces(tx, { id: row.id, workspaceId: caller.workspaceId }, wanted)
    await appendEntry(tx, {
      workspaceId: caller.workspaceId,
      actor: caller.actor,
      operation: 'routes.create',
      outcome: 'success',
      status: 201,
      resource: { type: 'route', id: row.id },
      values: {
        name: wanted.name,
        upstream_url: wanted.upstreamUrl,
        upstreams: wanted.upstreams,
        api_id: wanted.apiId,
        provider_key_id: wanted.providerKeyId,
      },
    })
    const position = await appendChange(tx, {
      workspaceId: caller.workspaceId,
      kind: 'edit',
      subjectType: 'route',
      subjectId: row.id,
      detail: {},
    })
    return { result: routeFromRow(row), position }
  })
}

/** @param change the members that change; the result is checked as a whole */
export async function updateRoute(
  room: DataplaneRoom,
  caller: Caller,
  target: Target,
  change: { readonly [Name in keyof RouteSettings]?: RouteSettings[Name] | undefined },
): Promise<Route> {
  return changeAndApply(room, async (tx) => {
    const now = new Date(room.nowMs())
    const before = atRevision(
      'route',
      target.id,
      await lockRoute(tx, caller.workspaceId, target.id),
      target.expectedRevision,
    )
    const wanted: RouteSettings = { ...routeFromRow(before), ...definedOf(change) }
    checkRoute(wanted)
    await checkTarget(tx, caller.workspaceId, wanted, upstreamsOf(wanted))
    if (wanted.name !== before.name && (await routeNameTaken(tx, wanted.name))) throw routeNameIsTaken(wanted.name)
    const row = await updateRouteRow(tx, before.id, { name: wanted.name, ...routeColumns(wanted), updated_at: now })
    if (hasPlaces(wanted) || hasPlaces(before))
      await occupyPlaces(tx, { id: row.id, workspaceId: caller.workspaceId }, wanted)
    await appendEntry(tx, {
      workspaceId: caller.workspaceId,
      actor: caller.actor,
      operation: 'routes.update',
      outcome: 'success',
      status: 200,
      resource: { type: 'route', id: row.id },
      values: { ...change, changed: Object.keys(change) },
    })
    const position = await appendChange(tx, {
      workspaceId: caller.workspaceId,
      kind: 'edit',
      subjectType: 'route',
      subjectId: row.id,
      detail: {},
    })
    return { result: routeFromRow(row), position }
  })
}

/** @throws ClavigerError `not_found`, `precondition_failed` */
export async function deleteRoute(room: DataplaneRoom, caller: Caller, target: Target): Promise<void> {
  await changeAndApply(room, async (tx) => {
    const locked = await lockRoute(tx, caller.workspaceId, target.id)
    const { id } = atRevision('route', target.id, locked, target.expectedRevision)
    await deleteRouteRow(tx, id)
    await appendEntry(tx, {
      workspaceId: caller.workspaceId,
      actor: caller.actor,
      operation: 'routes.delete',
      outcome: 'success',
      status: 204,
      resource: { type: 'route', id },
    })
    const position = await appendChange(tx, {
      workspaceId: caller.workspaceId,
      kind: 'edit',
      subjectType: 'route',
      subjectId: id,
      detail: { deleted: true },
    })
    return { result: undefined, position }
  })
}

const hasPlaces = ({ hosts, paths }: PlaceSettings): boolean => hosts.length > 0 || paths.length > 0

/** What can be judged by looking at the route alone. */
function checkRoute(wanted: RouteSettings): void {
  checkVersionSource(wanted)
  checkUpstreams(wanted)
  checkPlaces(wanted)
  checkShaping(wanted)
}

/** Where a caller may put the key, everything is stripped: the upstream would see no version. */
function checkVersionSource({ apiVersion, keyHeaders }: Pick<RouteSettings, 'apiVersion' | 'keyHeaders'>): void {
  if (apiVersion?.from !== 'header') return
  const { name } = apiVersion
  if (!keyHeaders.some((header) => header.replaceAll('_', '-') === name)) return
  const detail = `${name} is one of key_headers, and is stripped.`
  throw new ClavigerError('validation_failed', detail, { errors: [{ pointer: '/api_version/name', detail }] })
}

const upstreamsOf = (wanted: RouteSettings) =>
  upstreamsNamed(wanted).map(({ pointer, url }) => ({
    pointer,
    url,
    providerKeyId: wanted.providerKeyId,
    providerKeyPointer: '/provider_key_id',
  }))

function routeColumns(wanted: RouteSettings) {
  return {
    ...guardColumns(wanted),
    ...upstreamColumns(wanted),
    methods: [...wanted.methods],
    provider_key_id: wanted.providerKeyId,
    key_headers: [...wanted.keyHeaders],
    tells_identity: wanted.tellsIdentity,
    api_version: wanted.apiVersion === null ? null : JSON.stringify(wanted.apiVersion),
    hosts: [...wanted.hosts],
    paths: [...wanted.paths],
    ...shapingColumns(wanted),
  }
}

/** The columns that routes and models share. */
export function guardColumns(guard: Guard) {
  return {
    api_id: guard.apiId,
    required_scopes: [...guard.requiredScopes],
    audit: guard.audit,
    ...feedLossColumns(guard.onFeedLoss),
    limits: limitsToColumn(guard.limits),
    cost: guard.cost,
    rate_limit_headers: guard.rateLimitHeaders,
    connect_timeout_ms: guard.timeouts.connect,
    first_byte_timeout_ms: guard.timeouts.firstByte,
    idle_timeout_ms: guard.timeouts.idle,
    total_timeout_ms: guard.timeouts.total,
    max_body_bytes: guard.maxBodyBytes,
  }
}

function feedLossColumns(policy: FeedLossPolicy | null) {
  if (policy === null) return { feed_loss_mode: null, feed_loss_max_stale_seconds: null }
  return {
    feed_loss_mode: policy.mode,
    feed_loss_max_stale_seconds: policy.mode === 'deny' ? null : Math.round(policy.maxStaleMs / 1000),
  }
}

/** The members that are there: an absent member of a PATCH leaves the stored one as it is. */
export function definedOf<Settings extends object>(change: {
  readonly [Name in keyof Settings]?: Settings[Name] | undefined
}): Partial<Settings> {
  // Object.entries forgets the keys' types; only undefined values were taken out, so the rest still fit.
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)) as Partial<Settings>
}

/** Names of routes are those of the whole installation: a preflight carries no key. */
function routeNameIsTaken(name: string): ClavigerError {
  const detail = `The name ${name} is taken.`
  return new ClavigerError('conflict', detail, { errors: [{ pointer: '/name', detail }] })
}
