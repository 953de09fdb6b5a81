/** The calls of the server that a verifier makes. */
import { ClavigerError, limitStateFrom, type WireLimitState, type WireParts } from '@claviger/core'
import { ApiError, UnreachableError } from '../api-error.ts'
import { createClient, type Client } from '../client.ts'
import type { Answer, BodyOf } from '../operation-types.ts'
import {
  errorCodeOf,
  invalid,
  probed,
  refused,
  undecided,
  type Passed,
  type Question,
  type Refused,
  type RefusedDecision,
  type Verdict,
} from './verdict.ts'

export interface Opened {
  readonly parts: WireParts
  readonly place: { readonly logId: string; readonly position: number }
}

export type Report = BodyOf<'reportDecisions'>

export class Asking {
  readonly #client: Client
  readonly #onError: (cause: unknown) => void

  constructor(options: {
    readonly url: string
    readonly credential: string
    readonly fetch: typeof fetch
    readonly timeoutMs: number
    readonly onError: (cause: unknown) => void
  }) {
    this.#client = createClient(options)
    this.#onError = options.onError
  }

  /** @returns what is known of the key, or why nothing is */
  async open({ key, apiId, clientIp }: Question): Promise<Opened | Refused> {
    const body = {
      key,
      ...(apiId !== undefined && { api_id: apiId }),
      ...(clientIp !== undefined && { client_ip: clientIp }),
    }
    try {
      const answer = await this.#client.call('openKey', { body })
      if (answer.valid === false) return answer.code === 'probing' ? probed(answer.retry_after_ms ?? 1_000) : invalid()
      const { log_id: logId, position } = answer
      // described from the same type; that restrictions are of a kind we know is looked at when they are compiled
      return { parts: answer as WireParts, place: { logId, position } }
    } catch (thrown) {
      return undecided(this.#errorOf(thrown))
    }
  }

  async verify(question: Question): Promise<Verdict> {
    try {
      return verdictOf(await this.#client.call('verifyKey', { body: bodyOf(question) }), question)
    } catch (thrown) {
      return undecided(this.#errorOf(thrown))
    }
  }

  /** Why nobody could decide. What is wrong with this asker, or inside, is no matter of the caller: that is told elsewhere. */
  #errorOf(thrown: unknown): ClavigerError {
    if (thrown instanceof ApiError && isTold(thrown.code)) {
      const { code, message, retryAfterSeconds = 1 } = thrown
      return new ClavigerError(code, message, { cause: thrown, retryAfterSeconds })
    }
    if (!(thrown instanceof UnreachableError)) this.#onError(thrown)
    return unreachable(thrown)
  }

  /** @throws ApiError, UnreachableError */
  async report(body: Report): Promise<void> {
    await this.#client.call('reportDecisions', { body })
  }
}

function bodyOf(question: Question): BodyOf<'verifyKey'> {
  const { key, apiId, scopes, clientIp, cost, method, path, origin, referer, userAgent, apiVersion } = question
  const { clientCertificate } = question
  const request = {
    ...(method !== undefined && { method }),
    ...(path !== undefined && { path }),
    ...(origin !== undefined && { origin }),
    ...(referer !== undefined && { referer }),
    ...(userAgent !== undefined && { user_agent: userAgent }),
    ...(apiVersion !== undefined && { api_version: apiVersion }),
    ...(clientCertificate !== undefined && { client_certificate: clientCertificate }),
  }
  return {
    key,
    request,
    ...(apiId !== undefined && { api_id: apiId }),
    ...(scopes !== undefined && { scopes: [...scopes] }),
    ...(clientIp !== undefined && { client_ip: clientIp }),
    ...(cost !== undefined && { cost }),
  }
}

function verdictOf(answer: Answer<'verifyKey'>, { cost }: Question): Verdict {
  if (answer.code === 'credential_invalid') return invalid()
  if (answer.code === 'probing') return probed(answer.retry_after_ms ?? 1_000)
  const { limits: told = [] } = answer
  const limits = told.map((each) => limitStateFrom(each as WireLimitState))
  const shadow = (answer.shadow ?? []) as Passed['shadow']
  const key = {
    id: answer.key_id ?? '',
    version: answer.version ?? 0,
    appId: answer.app_id ?? '',
    appName: undefined,
    workspaceId: answer.workspace_id ?? '',
    environment: answer.environment ?? '',
  }
  if (answer.valid) return { valid: true, code: 'valid', key, limits, shadow }
  const blocking = limits[told.findIndex((each) => each.blocking === true)]
  // the server's own table of codes; one that this version does not know is no code of a decision
  const code = errorCodeOf(answer.code, 403) as RefusedDecision['code']
  return refused({ code, key, missingScopes: answer.missing_scopes, limits, blocking, shadow, cost })
}

const TOLD = ['feed_lost', 'counters_unavailable', 'journal_full', 'unavailable'] as const

const isTold = (code: string): code is (typeof TOLD)[number] => TOLD.some((each) => each === code)

export function unreachable(cause?: unknown): ClavigerError {
  return new ClavigerError('unavailable', 'The key cannot be checked at the moment.', { retryAfterSeconds: 1, cause })
}
