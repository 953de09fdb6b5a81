/**
 * What a proxy asks with, in its own configuration: `api=orders&scope=orders.read&cost=2&deny=403`. It stands in the query of
 * `/authz/forward`, or as the segment behind `/authz/envoy/`: where no client of the proxy can write.
 */
import { ClavigerError, type ApiPart, type FieldProblem, type PartRef } from '@claviger/core'
import type { ApiTarget, VersionSource } from '../parts.ts'

export interface AuthzQuestion {
  /** An id, or a name. */
  readonly api: string
  readonly scopes: readonly string[]
  readonly cost: number
  readonly apiVersion: VersionSource | undefined
  /** `403`: for a proxy that knows no other refusal (decision 13). */
  readonly deny: 'as it is' | '403'
}

const MAX_SCOPES = 100
const MAX_COST = 1_000_000_000
/** RFC 6749 §3.3. */
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]{1,200}$/
const NAME = /^[^\p{Cc}]{1,100}$/u
const VISIBLE = /^[\x20-\x7e]{1,100}$/

/** @throws ClavigerError `validation_failed` with a pointer to each member that is wrong */
export function readQuestion(text: string): AuthzQuestion {
  const errors: FieldProblem[] = []
  const wrong = (name: string, detail: string): void => void errors.push({ pointer: `/${escaped(name)}`, detail })
  const asked = new URLSearchParams(text)
  for (const name of new Set(asked.keys())) {
    if (!MEMBERS.has(name)) wrong(name, 'There is no such parameter.')
    else if (name !== 'scope' && asked.getAll(name).length > 1) wrong(name, 'It may be given once.')
  }
  const api = asked.get('api') ?? ''
  if (!NAME.test(api)) wrong('api', 'Name the api that is asked about: its id, or its name in the first workspace.')
  const scopes = asked.getAll('scope').flatMap((list) => list.split(' ').filter((scope) => scope !== ''))
  if (scopes.length > MAX_SCOPES || !scopes.every((scope) => SCOPE.test(scope)))
    wrong('scope', `Must be at most ${MAX_SCOPES} scope names, with blanks between them.`)
  const cost = asked.get('cost') ?? '1'
  if (!/^[1-9]\d{0,9}$/.test(cost) || Number(cost) > MAX_COST)
    wrong('cost', `Must be a whole number from 1 to ${MAX_COST}.`)
  const apiVersion = asked.get('api_version') ?? undefined
  if (apiVersion !== undefined && !VISIBLE.test(apiVersion)) wrong('api_version', 'Must be the name of a version.')
  const deny = asked.get('deny') ?? 'as it is'
  if (asked.has('deny') && deny !== '403') wrong('deny', 'Must be 403, or left out.')
  if (errors.length > 0) throw new ClavigerError('validation_failed', 'The proxy asks in a wrong way.', { errors })
  return {
    api,
    scopes,
    cost: Number(cost),
    apiVersion: apiVersion === undefined ? undefined : { from: 'fixed', value: apiVersion },
    deny: deny === '403' ? '403' : 'as it is',
  }
}

/** `deny` of a question that may be wrong otherwise. */
export const denyOf = (text: string): AuthzQuestion['deny'] =>
  new URLSearchParams(text).get('deny') === '403' ? '403' : 'as it is'

const MEMBERS: ReadonlySet<string> = new Set(['api', 'scope', 'cost', 'api_version', 'deny'])

/** RFC 6901 §3. */
const escaped = (name: string): string => name.slice(0, 100).replaceAll('~', '~0').replaceAll('/', '~1')

/** A configuration asks a handful of questions, again and again. */
const MOST_REMEMBERED = 1_000

interface Remembered {
  readonly question: AuthzQuestion
  target: ApiTarget | undefined
}

/** Questions as they were read, and the targets that were made of them. */
export class AuthzQuestions {
  readonly #read = new Map<string, Remembered>()

  /** @throws ClavigerError like `readQuestion` */
  read(text: string): AuthzQuestion {
    return this.#remembered(text).question
  }

  /** What is decided about; the same object as long as the api's holder is the same. */
  targetOf(text: string, api: PartRef<ApiPart>): ApiTarget {
    const remembered = this.#remembered(text)
    if (remembered.target?.api !== api) remembered.target = targetOf(remembered.question, api)
    return remembered.target
  }

  #remembered(text: string): Remembered {
    const known = this.#read.get(text)
    if (known !== undefined) return known
    const remembered: Remembered = { question: readQuestion(text), target: undefined }
    if (this.#read.size >= MOST_REMEMBERED) this.#read.clear()
    this.#read.set(text, remembered)
    return remembered
  }
}

function targetOf({ scopes, cost, apiVersion }: AuthzQuestion, api: PartRef<ApiPart>): ApiTarget {
  const { id, workspaceId, name } = api.current
  return {
    kind: 'api',
    id,
    workspaceId,
    name,
    api,
    requiredScopes: scopes,
    onFeedLoss: undefined,
    audit: 'ordinary',
    limits: [],
    cost,
    rateLimitHeaders: 'draft',
    apiVersion,
  }
}
