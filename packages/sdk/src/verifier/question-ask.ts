/** A question as the decision core sees it. A class for its getters: what hardly any key asks for is read when it is asked. */
import { parseIp, parseThumbprint, type Ask, type IpAddress } from '@claviger/core'
import type { Question } from './verdict.ts'

const NO_SCOPES: readonly string[] = []

export class QuestionAsk implements Ask {
  readonly nowMs: number
  readonly apiId: string | undefined
  readonly scopes: readonly string[]
  readonly #question: Question

  constructor(question: Question, nowMs: number) {
    this.nowMs = nowMs
    this.apiId = question.apiId
    this.scopes = question.scopes ?? NO_SCOPES
    this.#question = question
  }

  get clientIp(): IpAddress | undefined {
    const { clientIp } = this.#question
    return clientIp === undefined ? undefined : parseIp(clientIp)
  }

  get origin(): string | undefined {
    return this.#question.origin
  }

  get referer(): string | undefined {
    return this.#question.referer
  }

  get userAgent(): string | undefined {
    return this.#question.userAgent
  }

  get method(): string | undefined {
    return this.#question.method
  }

  get path(): string | undefined {
    const { path } = this.#question
    const mark = path?.indexOf('?') ?? -1
    return mark === -1 ? path : path?.slice(0, mark)
  }

  get apiVersion(): string | undefined {
    return this.#question.apiVersion
  }

  get clientCertificate(): string | undefined {
    const { clientCertificate } = this.#question
    return clientCertificate === undefined ? undefined : parseThumbprint(clientCertificate)
  }
}
