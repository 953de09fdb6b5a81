/** From a request that names a credential to the request as it is written, or to the reason why it stays here. */
import type { Origin } from '@claviger/core'
import type { EgressFailure, EgressRequest, MaybePromise } from '@claviger/gateway'
import { type Injected, InjectionProblem, type Outgoing, type Ready } from '#injections'
import { type CredentialStore, type OpenedCredential, refusalOf } from './credential.ts'
import { EgressProblem, codeOf, failure } from './failure.ts'
import { fieldsOf, flawOf, isWritable } from './outgoing.ts'
import type { BodyReader } from './read-body.ts'

export type Prepared =
  | {
      readonly kind: 'ready'
      readonly path: string
      readonly headers: string[]
      /** As it goes out: a stream that a signature needed is in memory now. */
      readonly body: EgressRequest['body']
      /** What the credential adds; undefined: there is none. */
      readonly injected: Injected | undefined
    }
  | { readonly kind: 'refused'; readonly failure: EgressFailure }

export interface PrepareOptions {
  readonly credentials: CredentialStore
  /** The credential, made ready for the first request and kept for those after it. */
  readonly readyOf: (credential: OpenedCredential) => Ready
  readonly bodies: BodyReader
  readonly origin: Origin
  /** The operator has named this host as one that may be private. */
  readonly isNamedHost: boolean
}

/** Checks, opens, adds. Answers at once when the vault does. Never throws. */
export function prepare(request: EgressRequest, options: PrepareOptions): MaybePromise<Prepared> {
  const flaw = flawOf(request)
  if (flaw !== undefined) return refused(failure('invalid', flaw))
  if (request.credentialId === undefined) return ready(request, request.body, undefined)
  try {
    const opened = options.credentials.open(request.credentialId)
    const prepared =
      opened instanceof Promise
        ? opened.then((credential) => withCredential(request, credential, options))
        : withCredential(request, opened, options)
    return prepared instanceof Promise ? prepared.catch((error: unknown) => unopened(request, error)) : prepared
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
  const made = options.readyOf(credential)
  const { body } = request
  if (made.readsBodyBytes === undefined || body === undefined || body instanceof Uint8Array) {
    return withBody(request, body, { made, options })
  }
  return options.bodies.read(body, made.readsBodyBytes).then((bytes) => withBody(request, bytes, { made, options }))
}

function withBody(
  request: EgressRequest,
  body: EgressRequest['body'],
  { made, options: { origin } }: { readonly made: Ready; readonly options: PrepareOptions },
): MaybePromise<Prepared> {
  const { method, path, headers } = request
  const outgoing: Outgoing = { origin: origin.text, authority: origin.authority, method, path, headers, body }
  const injected = made.inject(outgoing)
  return injected instanceof Promise
    ? injected.then((added) => ready(request, body, added))
    : ready(request, body, injected)
}

function ready(request: EgressRequest, body: EgressRequest['body'], injected: Injected | undefined): Prepared {
  if (injected !== undefined && !isWritable(injected)) {
    return refused(
      failure(
        'credential_unavailable',
        `Credential ${request.credentialId} cannot be written into a request: it holds control characters.`,
      ),
    )
  }
  const headers = fieldsOf(request, body, injected)
  return { kind: 'ready', path: injected?.path ?? request.path, headers, body, injected }
}

function refused(problem: EgressFailure): Prepared {
  return { kind: 'refused', failure: problem }
}

/** The message of other errors stays out: it comes from where the secret lives. */
function unopened(request: EgressRequest, error: unknown): Prepared {
  if (error instanceof EgressProblem) return refused(error.failure)
  const why = error instanceof InjectionProblem ? error.message : codeOf(error) || 'no reason given'
  return refused(failure('credential_unavailable', `Credential ${request.credentialId} cannot be used: ${why}.`))
}
