/** From a request that names a credential to the request as it is written, or to the reason why it stays here. */
import type { Origin } from '@claviger/core'
import type { EgressFailure, EgressRequest, MaybePromise } from '@claviger/gateway'
import { type CredentialStore, type OpenedCredential, refusalOf } from './credential.ts'
import { codeOf, failure } from './failure.ts'
import { type Injected, inject } from './injections/index.ts'
import { fieldsOf, flawOf, isWritable } from './outgoing.ts'

export type Prepared =
  | { readonly kind: 'ready'; readonly path: string; readonly headers: string[] }
  | { readonly kind: 'refused'; readonly failure: EgressFailure }

export interface PrepareOptions {
  readonly credentials: CredentialStore
  readonly origin: Origin
  /** The operator has named this host as one that may be private. */
  readonly isNamedHost: boolean
}

/** Checks, opens, adds. Answers at once when the vault does. Never throws. */
export function prepare(request: EgressRequest, options: PrepareOptions): MaybePromise<Prepared> {
  const flaw = flawOf(request)
  if (flaw !== undefined) return refused(failure('invalid', flaw))
  if (request.credentialId === undefined) return ready(request, undefined)
  try {
    const opened = options.credentials.open(request.credentialId)
    if (!(opened instanceof Promise)) return withCredential(request, opened, options)
    return opened
      .then((credential) => withCredential(request, credential, options))
      .catch((error: unknown) => unopened(request, error))
  } catch (error) {
    return unopened(request, error)
  }
}

function withCredential(
  request: EgressRequest,
  credential: OpenedCredential | undefined,
  options: PrepareOptions,
): MaybePromise<Prepared> {
  const problem = refusalOf(credential, request, options)
  if (problem !== undefined) return refused(problem)
  if (credential === undefined) return refused(failure('credential_unavailable', 'There is no such credential.'))
  const { method, path, headers, body } = request
  const outgoing = { origin: options.origin.text, method, path, headers, body }
  const injected = inject(outgoing, credential.injection, credential.secret.reveal())
  return injected instanceof Promise ? injected.then((added) => ready(request, added)) : ready(request, injected)
}

function ready(request: EgressRequest, injected: Injected | undefined): Prepared {
  if (injected !== undefined && !isWritable(injected)) {
    return refused(
      failure(
        'credential_unavailable',
        `Credential ${request.credentialId} cannot be written into a request: it holds control characters.`,
      ),
    )
  }
  return { kind: 'ready', path: injected?.path ?? request.path, headers: fieldsOf(request, injected) }
}

function refused(problem: EgressFailure): Prepared {
  return { kind: 'refused', failure: problem }
}

/** The message of the error stays out: it comes from where the secret lives. */
function unopened(request: EgressRequest, error: unknown): Prepared {
  return refused(
    failure(
      'credential_unavailable',
      `Credential ${request.credentialId} cannot be opened (${codeOf(error) || 'no reason given'}).`,
    ),
  )
}
