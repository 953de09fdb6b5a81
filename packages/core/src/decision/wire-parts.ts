/**
 * The parts of a decision as they travel to whoever decides elsewhere (decision 24): everything that the rules ask about, by
 * reference, and nothing that a secret could be guessed from. Both ways stand here, so that both ends mean the same.
 * Instants are Unix milliseconds; null: none.
 */
import { compileRestrictions } from '../restriction/compile-restrictions.ts'
import type { Restriction, RestrictionKind } from '../restriction/restriction.ts'
import { compileScopes } from '../scope/scope-set.ts'
import type {
  ApiPart,
  AppPart,
  FeedLossPolicy,
  KeyPart,
  MaximumPart,
  PartRef,
  RolePart,
  VersionPart,
  WorkspacePart,
} from './parts.ts'

type Instant = number | null

export interface WireKeyPart {
  readonly id: string
  readonly workspace_id: string
  readonly app_id: string
  readonly api_ids: readonly string[]
  readonly role_ids: readonly string[]
  readonly environment: string
  readonly scopes: readonly string[]
  readonly restrictions: readonly Restriction[]
  readonly api_version: string | null
  readonly not_before_ms: Instant
  readonly created_at_ms: Instant
  readonly expires_at_ms: Instant
  readonly dormant_at_ms: Instant
  readonly disabled_at_ms: Instant
  readonly deleted_at_ms: Instant
  readonly revoked_at_ms: Instant
  readonly version: { readonly number: number; readonly expires_at_ms: Instant; readonly revoked_at_ms: Instant }
  /** The key, its plan, or its app has limits: whoever holds their counters decides, for any api. */
  readonly is_limited: boolean
  /** What was changed when any of these changes, beside what is named above. */
  readonly plan_ids: readonly string[]
}

export interface WireApiPart {
  readonly id: string
  readonly name: string
  readonly on_feed_loss: { readonly mode: 'deny' } | { readonly mode: 'serve_known'; readonly max_stale_ms: number }
  readonly catalogue: readonly string[] | null
  readonly maximum: {
    readonly scopes: readonly string[] | null
    readonly lifetime_ms: number | null
    readonly required_restrictions: readonly RestrictionKind[]
  } | null
  readonly disabled_at_ms: Instant
  readonly is_limited: boolean
}

export interface WireParts {
  readonly key: WireKeyPart
  readonly workspace: { readonly id: string; readonly disabled_at_ms: Instant }
  readonly app: { readonly id: string; readonly name: string; readonly disabled_at_ms: Instant }
  readonly apis: readonly WireApiPart[]
  readonly roles: readonly { readonly id: string; readonly scopes: readonly string[] }[]
}

/** Where parts that several keys share are kept: one holder for each id. */
export interface PartBook {
  readonly workspaces: Map<string, PartRef<WorkspacePart>>
  readonly apps: Map<string, PartRef<AppPart>>
  readonly apis: Map<string, PartRef<ApiPart>>
  readonly roles: Map<string, PartRef<RolePart>>
}

/** @param maySee apis that are left out are as if the key were not for them */
export function partsToWire(key: KeyPart, version: VersionPart, maySee: (apiId: string) => boolean): WireParts {
  const app = key.app.current
  const workspace = key.workspace.current
  const plan = key.plan ?? app.plan
  const apis = key.apis.map(({ current }) => current).filter(({ id }) => maySee(id))
  return {
    key: {
      id: key.id,
      workspace_id: workspace.id,
      app_id: app.id,
      api_ids: apis.map(({ id }) => id),
      role_ids: key.roles.map(({ current }) => current.id),
      environment: key.environment,
      scopes: key.scopes.patterns,
      restrictions: key.restrictions.map(({ declared }) => declared),
      api_version: key.apiVersion ?? null,
      not_before_ms: key.notBeforeAtMs ?? null,
      created_at_ms: key.createdAtMs ?? null,
      expires_at_ms: key.expiresAtMs ?? null,
      dormant_at_ms: key.dormantAtMs ?? null,
      disabled_at_ms: key.disabledAtMs ?? null,
      deleted_at_ms: key.deletedAtMs ?? null,
      revoked_at_ms: key.revokedAtMs ?? null,
      version: {
        number: version.number,
        expires_at_ms: version.expiresAtMs ?? null,
        revoked_at_ms: version.revokedAtMs ?? null,
      },
      is_limited: key.limits.length > 0 || app.limits.length > 0 || (plan?.current.limits.length ?? 0) > 0,
      plan_ids: [key.plan, app.plan].flatMap((each) => (each === undefined ? [] : [each.current.id])),
    },
    workspace: { id: workspace.id, disabled_at_ms: workspace.disabledAtMs ?? null },
    app: { id: app.id, name: app.name, disabled_at_ms: app.disabledAtMs ?? null },
    apis: apis.map(apiToWire),
    roles: key.roles.map(({ current: { id, scopes } }) => ({ id, scopes: scopes.patterns })),
  }
}

/**
 * What `decide` asks. It has no digest and no limits: those are asked of whoever holds them.
 *
 * @throws ClavigerError `validation_failed` for restrictions that this version does not know
 */
export function partsFromWire(
  wire: WireParts,
  book: PartBook,
): { readonly key: KeyPart; readonly version: VersionPart } {
  const { key, workspace, app } = wire
  const version: VersionPart = {
    number: key.version.number,
    publicId: '',
    pepperVersion: 0,
    digest: NO_DIGEST,
    expiresAtMs: instant(key.version.expires_at_ms),
    revokedAtMs: instant(key.version.revoked_at_ms),
  }
  return {
    version,
    key: {
      id: key.id,
      workspace: held(book.workspaces, workspace.id, () => ({
        id: workspace.id,
        disabledAtMs: instant(workspace.disabled_at_ms),
      })),
      app: held(book.apps, app.id, () => ({
        id: app.id,
        workspaceId: workspace.id,
        name: app.name,
        owner: undefined,
        limits: [],
        plan: undefined,
        disabledAtMs: instant(app.disabled_at_ms),
      })),
      apis: wire.apis.map((api) => held(book.apis, api.id, () => apiFromWire(api, workspace.id))),
      environment: key.environment,
      scopes: compileScopes(key.scopes),
      roles: wire.roles.map(({ id, scopes }) => held(book.roles, id, () => ({ id, scopes: compileScopes(scopes) }))),
      plan: undefined,
      apiVersion: key.api_version ?? undefined,
      notBeforeAtMs: instant(key.not_before_ms),
      createdAtMs: instant(key.created_at_ms),
      expiresAtMs: instant(key.expires_at_ms),
      dormantAtMs: instant(key.dormant_at_ms),
      disabledAtMs: instant(key.disabled_at_ms),
      deletedAtMs: instant(key.deleted_at_ms),
      revokedAtMs: instant(key.revoked_at_ms),
      restrictions: compileRestrictions(key.restrictions),
      limits: [],
      versions: [version],
    },
  }
}

const NO_DIGEST = new Uint8Array(0)

const instant = (wire: Instant): number | undefined => wire ?? undefined

function held<Part>(book: Map<string, PartRef<Part>>, id: string, make: () => Part): PartRef<Part> {
  let ref = book.get(id)
  if (ref === undefined) book.set(id, (ref = { current: make() }))
  return ref
}

function apiToWire({ id, name, onFeedLoss, catalogue, maximum, disabledAtMs, limits }: ApiPart): WireApiPart {
  return {
    id,
    name,
    on_feed_loss:
      onFeedLoss.mode === 'deny' ? { mode: 'deny' } : { mode: 'serve_known', max_stale_ms: onFeedLoss.maxStaleMs },
    catalogue: catalogue?.patterns ?? null,
    maximum:
      maximum === undefined
        ? null
        : {
            scopes: maximum.scopes?.patterns ?? null,
            lifetime_ms: maximum.lifetimeMs ?? null,
            required_restrictions: maximum.requiredRestrictions,
          },
    disabled_at_ms: disabledAtMs ?? null,
    is_limited: limits.length > 0,
  }
}

function apiFromWire(wire: WireApiPart, workspaceId: string): ApiPart {
  const onFeedLoss: FeedLossPolicy =
    wire.on_feed_loss.mode === 'deny'
      ? { mode: 'deny' }
      : { mode: 'serve_known', maxStaleMs: wire.on_feed_loss.max_stale_ms }
  return {
    id: wire.id,
    workspaceId,
    name: wire.name,
    prefix: '',
    onFeedLoss,
    catalogue: wire.catalogue === null ? undefined : compileScopes(wire.catalogue),
    maximum: wire.maximum === null ? undefined : maximumFromWire(wire.maximum),
    limits: [],
    disabledAtMs: instant(wire.disabled_at_ms),
  }
}

function maximumFromWire(wire: NonNullable<WireApiPart['maximum']>): MaximumPart {
  return {
    scopes: wire.scopes === null ? undefined : compileScopes(wire.scopes),
    lifetimeMs: wire.lifetime_ms ?? undefined,
    requiredRestrictions: wire.required_restrictions,
  }
}
