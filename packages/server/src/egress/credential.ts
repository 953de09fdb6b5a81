/** What egress needs of a stored credential, and the rule of who may use it where. */
import type { Origin, Secret } from '@claviger/core'
import type { EgressFailure, EgressRequest, MaybePromise } from '@claviger/gateway'
import type { Injection } from '#injections'
import { failure } from './failure.ts'

/** A credential as the vault hands it out: opened, cached, and with everything that says where it may go. */
export interface OpenedCredential {
  readonly id: string
  readonly workspaceId: string
  /** Exact origins, as `https://api.example.com` or with a port. */
  readonly origins: readonly string[]
  /** Undefined: every route, model and app of the workspace. */
  readonly usedBy: CredentialUsers | undefined
  readonly injection: Injection
  readonly secret: Secret<string>
}

/**
 * Who may use a credential. Targets (routes and models) are restricted as soon as one of them is named, apps as soon
 * as one app is named; an empty list on its own restricts nothing.
 */
export interface CredentialUsers {
  readonly routes: ReadonlySet<string>
  readonly models: ReadonlySet<string>
  readonly apps: ReadonlySet<string>
}

export interface CredentialStore {
  /** Undefined when there is no such credential; throws when the vault cannot be asked. Cached: usually no promise. */
  open(credentialId: string): MaybePromise<OpenedCredential | undefined>
}

/**
 * Tells why this credential may not go out with this request, or undefined when it may.
 * It asks in this order: same workspace, exact origin, no plaintext beyond hosts that the operator named, allowed user.
 * The secret is not touched.
 */
export function refusalOf(
  credential: OpenedCredential | undefined,
  request: EgressRequest,
  wire: { readonly origin: Origin; readonly isNamedHost: boolean },
): EgressFailure | undefined {
  // A credential of another workspace is answered like one that does not exist.
  if (credential === undefined || credential.workspaceId !== request.usedBy.workspaceId) {
    return failure('credential_unavailable', `There is no credential ${request.credentialId} in this workspace.`)
  }
  const { origin } = wire
  // The vault keeps origins as `URL.origin` writes them, which differs from ours in a dot at the end and in mapped addresses.
  if (!credential.origins.includes(origin.text) && !credential.origins.includes(request.origin)) {
    return failure('origin_not_allowed', `Credential ${credential.id} may not be sent to ${origin.text}.`)
  }
  if (origin.scheme === 'http' && !wire.isNamedHost) {
    return failure('origin_not_allowed', `Credential ${credential.id} may not travel in plaintext to ${origin.text}.`)
  }
  if (!isAllowedUser(credential.usedBy, request.usedBy)) {
    const { kind, id, appId } = request.usedBy
    return failure(
      'origin_not_allowed',
      `Credential ${credential.id} may not be used by ${kind} ${id} for app ${appId}.`,
    )
  }
  return undefined
}

function isAllowedUser(allowed: CredentialUsers | undefined, user: EgressRequest['usedBy']): boolean {
  if (allowed === undefined) return true
  const restrictsTargets = allowed.routes.size > 0 || allowed.models.size > 0
  const targets = user.kind === 'route' ? allowed.routes : allowed.models
  if (restrictsTargets && !targets.has(user.id)) return false
  return allowed.apps.size === 0 || allowed.apps.has(user.appId)
}
