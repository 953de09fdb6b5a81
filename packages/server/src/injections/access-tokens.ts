/**
 * The access token of one credential: fetched when it is first needed, kept in memory until shortly before it expires,
 * never asked for twice at the same time. It lives as long as the opened credential: when that is rotated, changed or
 * deleted, its tokens are gone with it.
 */
import type { MaybePromise } from '@claviger/gateway'
import { z } from 'zod'
import { InjectionProblem, type OwnAnswer, type OwnRequest, type Tools } from './injector.ts'

export interface AccessTokensOptions {
  readonly request: OwnRequest
  readonly tools: Tools
}

/** RFC 6749 §5.1. Some servers write the number as text. */
const answerSchema = z.object({
  access_token: z.string().regex(/^[\x21-\x7e]{1,16384}$/),
  token_type: z.string().optional(),
  expires_in: z.coerce.number().positive().optional().catch(undefined),
})
/** RFC 6749 §5.2. Only the code: the description may repeat what was sent. */
const errorSchema = z.object({ error: z.string().regex(/^[a-z_]{1,60}$/) })

/** When the server does not say. */
const LIFETIME_MS = 300_000
const LIFETIME_AT_MOST_MS = 24 * 3_600_000
/** A token is renewed in the background from here on, and not used any more from the second one on. */
const RENEW_BEFORE_MS = 60_000
const UNUSED_BEFORE_MS = 5_000
const FIRST_WAIT_MS = 1_000
const LONGEST_WAIT_MS = 60_000
/** An upstream that refuses new tokens too must not make us ask for one with each call. */
const REFUSED_AGAIN_AFTER_MS = 5_000

interface Kept {
  readonly value: string
  readonly renewAtMs: number
  readonly deadAtMs: number
}

export class AccessTokens {
  readonly #options: AccessTokensOptions
  #kept: Kept | undefined
  #fetching: Promise<string> | undefined
  #failures = 0
  #failure: InjectionProblem | undefined
  #notBeforeMs = 0
  #refusedAtMs = -Infinity

  constructor(options: AccessTokensOptions) {
    this.#options = options
  }

  /** @throws InjectionProblem when there is none, and none can be fetched (or could not be a moment ago) */
  current(): MaybePromise<string> {
    const nowMs = this.#options.tools.nowMs()
    const kept = this.#kept
    if (kept === undefined || nowMs >= kept.deadAtMs) return this.#fetch(nowMs)
    // Whoever comes now does not wait; a failure is told to whoever comes when the token is dead.
    if (nowMs >= kept.renewAtMs && nowMs >= this.#notBeforeMs) this.#fetch(nowMs).catch(() => undefined)
    return kept.value
  }

  /** The upstream did not take this token. @returns whether another one will be tried */
  refused(value: string): boolean {
    // Somebody else was told the same before, and there is another token already.
    if (this.#kept !== undefined && this.#kept.value !== value) return true
    if (this.#kept === undefined) return this.#fetching !== undefined
    const nowMs = this.#options.tools.nowMs()
    if (nowMs < this.#refusedAtMs + REFUSED_AGAIN_AFTER_MS) return false
    this.#refusedAtMs = nowMs
    this.#kept = undefined
    return true
  }

  async #fetch(nowMs: number): Promise<string> {
    if (this.#fetching !== undefined) return this.#fetching
    if (this.#failure !== undefined && nowMs < this.#notBeforeMs) throw this.#failure
    const fetching = this.#ask(nowMs).finally(() => {
      this.#fetching = undefined
    })
    this.#fetching = fetching
    return fetching
  }

  async #ask(askedAtMs: number): Promise<string> {
    const { request, tools } = this.#options
    try {
      const kept = tokenOf(await tools.fetch(request), request.origin, askedAtMs)
      this.#kept = kept
      this.#failures = 0
      this.#failure = undefined
      return kept.value
    } catch (error) {
      const problem =
        error instanceof InjectionProblem ? error : new InjectionProblem('no access token could be fetched')
      const waitMs = Math.min(FIRST_WAIT_MS * 2 ** this.#failures, LONGEST_WAIT_MS)
      this.#failures += 1
      this.#failure = problem
      this.#notBeforeMs = tools.nowMs() + waitMs
      throw problem
    }
  }
}

/** Its life is counted from the question, so that it is never used for longer than the server meant. */
function tokenOf({ status, body }: OwnAnswer, origin: string, askedAtMs: number): Kept {
  const json = parsed(body)
  if (status !== 200) {
    const { data } = errorSchema.safeParse(json)
    throw new InjectionProblem(
      `the token endpoint at ${origin} answered ${status}${data === undefined ? '' : ` (${data.error})`}`,
    )
  }
  const { data } = answerSchema.safeParse(json)
  if (data === undefined || (data.token_type ?? 'bearer').toLowerCase() !== 'bearer') {
    throw new InjectionProblem(`the token endpoint at ${origin} answered without a bearer token`)
  }
  const lifetimeMs =
    data.expires_in === undefined ? LIFETIME_MS : Math.min(data.expires_in * 1_000, LIFETIME_AT_MOST_MS)
  return {
    value: data.access_token,
    renewAtMs: askedAtMs + lifetimeMs - Math.min(RENEW_BEFORE_MS, lifetimeMs / 5),
    deadAtMs: askedAtMs + lifetimeMs - Math.min(UNUSED_BEFORE_MS, lifetimeMs / 20),
  }
}

function parsed(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body))
  } catch {
    return undefined
  }
}
