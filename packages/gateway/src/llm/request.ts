/**
 * Requests on OpenAI's wire: reads the few members that we decide by, and changes only the bytes of `model` and of
 * `stream_options.include_usage` (decision 9). What a caller wrote is otherwise sent on as it was written.
 */
import { ClavigerError, scanObject, splice, type Edit, type ScannedObject, type Span } from '@claviger/core'
import type { DeploymentPart } from '../parts.ts'

/** What is read of a body; everything else in it is the upstream's affair. */
export interface ChatRequest {
  readonly body: Uint8Array
  readonly model: string
  readonly stream: boolean
  /** The caller's own limit on output tokens, the smaller one of its two spellings; undefined: none. */
  readonly maxOutputTokens: number | undefined
  readonly places: Places
}

/** Where the members stand whose bytes we may replace. */
interface Places {
  readonly model: Span
  readonly object: ScannedObject
  readonly options: Options
}

/**
 * `stream_options` as sent: `asks` for usage already; `silent`: an object in which nothing asks (`usage` is the span of
 * a false or null `include_usage`).
 */
type Options =
  | { readonly kind: 'absent' }
  | { readonly kind: 'null'; readonly span: Span }
  | { readonly kind: 'silent'; readonly object: ScannedObject; readonly usage: Span | undefined }
  | { readonly kind: 'asks' }

export interface UpstreamBody {
  readonly body: Uint8Array
  /** We asked for a usage event that the caller does not expect: it must be taken out of the answer. */
  readonly addedUsage: 'added' | 'as sent'
}

const OWNED: ReadonlySet<string> = new Set(['model', 'stream', 'stream_options', 'max_tokens', 'max_completion_tokens'])
const OWNED_OPTIONS: ReadonlySet<string> = new Set(['include_usage'])
const MAX_MODEL_CHARACTERS = 256
const ASK = '"include_usage":true'

const decoder = new TextDecoder()
const encoder = new TextEncoder()

/**
 * Reads the body of `/chat/completions`. The members that we decide by must have the type of the API: an upstream that
 * takes `"stream": "true"` for true would otherwise stream what we took for a plain answer.
 *
 * @throws ClavigerError `bad_json` when it is no JSON object, or spells an owned member in a way that two parsers may
 *   read differently; `validation_failed` when `model` is missing or an owned member has another type
 */
export function readChatRequest(body: Uint8Array): ChatRequest {
  const object = scanObject(body, OWNED)
  refuseLookalikes(object, OWNED)
  const { model, span } = readModel(body, object)
  const limits = ['max_tokens', 'max_completion_tokens'].map((name) => readLimit(body, object, name))
  const smallest = Math.min(...limits.map((limit) => limit ?? Infinity))
  return {
    body,
    model,
    stream: readFlag(body, object.members.get('stream'), '/stream') === 'true',
    maxOutputTokens: Number.isFinite(smallest) ? smallest : undefined,
    places: { model: span, object, options: readOptions(body, object.members.get('stream_options')) },
  }
}

/** The body for one deployment: its own model name, and the question for usage where it may and needs to be added. */
export function bodyForDeployment(request: ChatRequest, deployment: DeploymentPart): UpstreamBody {
  const { model } = request.places
  const edits: Edit[] = []
  if (deployment.upstreamModel !== request.model) {
    edits.push({ ...model, replacement: encoder.encode(JSON.stringify(deployment.upstreamModel)) })
  }
  const ask = request.stream && deployment.asksStreamUsage ? askForUsage(request.places) : undefined
  if (ask !== undefined) edits.push(ask)
  return {
    body: edits.length === 0 ? request.body : splice(request.body, edits),
    addedUsage: ask === undefined ? 'as sent' : 'added',
  }
}

function askForUsage({ object, options }: Places): Edit | undefined {
  switch (options.kind) {
    case 'asks':
      return undefined
    case 'absent':
      return insertMember(object, `"stream_options":{${ASK}}`)
    case 'null':
      return { ...options.span, replacement: encoder.encode(`{${ASK}}`) }
    case 'silent':
      if (options.usage === undefined) return insertMember(options.object, ASK)
      return { ...options.usage, replacement: encoder.encode('true') }
  }
}

/** Behind the last member, so that the order of the others stays. */
function insertMember(object: ScannedObject, member: string): Edit {
  const last = [...object.members.values()].at(-1)
  const at = last === undefined ? object.open + 1 : last.end
  return { start: at, end: at, replacement: encoder.encode(last === undefined ? member : `,${member}`) }
}

function readModel(body: Uint8Array, object: ScannedObject): { readonly model: string; readonly span: Span } {
  const span = object.members.get('model')
  if (span === undefined) throw wrong('/model', 'You must provide a model parameter.')
  const model = span.end - span.start > 8 * MAX_MODEL_CHARACTERS ? undefined : valueAt(body, span)
  if (typeof model !== 'string' || model === '' || model.length > MAX_MODEL_CHARACTERS) {
    throw wrong('/model', `The model must be a string of 1 to ${MAX_MODEL_CHARACTERS} characters.`)
  }
  return { model, span }
}

/** `none` where it is absent or null, which mean the same on this wire. */
function readFlag(body: Uint8Array, span: Span | undefined, pointer: string): 'true' | 'false' | 'none' {
  if (span === undefined) return 'none'
  const text = span.end - span.start > 5 ? '' : textAt(body, span)
  if (text === 'null') return 'none'
  if (text !== 'true' && text !== 'false')
    throw wrong(pointer, `${pointer.slice(1).replace('/', '.')} must be a boolean.`)
  return text
}

function readLimit(body: Uint8Array, object: ScannedObject, name: string): number | undefined {
  const span = object.members.get(name)
  if (span === undefined) return undefined
  const value = span.end - span.start > 24 ? undefined : valueAt(body, span)
  if (value === null) return undefined
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw wrong(`/${name}`, `${name} must be an integer.`)
  return value
}

function readOptions(body: Uint8Array, span: Span | undefined): Options {
  if (span === undefined) return { kind: 'absent' }
  if (body[span.start] !== 0x7b) {
    if (textAt(body, span) === 'null') return { kind: 'null', span }
    throw wrong('/stream_options', 'stream_options must be an object.')
  }
  const object = scanObject(body, OWNED_OPTIONS, span)
  refuseLookalikes(object, OWNED_OPTIONS)
  const usage = object.members.get('include_usage')
  const asks = readFlag(body, usage, '/stream_options/include_usage') === 'true'
  return asks ? { kind: 'asks' } : { kind: 'silent', object, usage }
}

/**
 * Some servers (Go's encoding/json) match names without regard to case, by Unicode's simple folding: for them
 * `"Model"` or `"ſtream"` is the member that we judged by another name.
 */
function refuseLookalikes(object: ScannedObject, owned: ReadonlySet<string>): void {
  for (const [name, { nameStart }] of object.members) {
    const folded = name.toUpperCase().toLowerCase()
    if (name !== folded && owned.has(folded)) {
      throw new ClavigerError(
        'bad_json',
        `The member ${folded} must be spelled in lower case (at byte ${nameStart}).`,
        {
          facts: { byte: nameStart },
        },
      )
    }
  }
}

function wrong(pointer: string, message: string): ClavigerError {
  return new ClavigerError('validation_failed', message, { errors: [{ pointer, detail: message }] })
}

function valueAt(body: Uint8Array, span: Span): unknown {
  return JSON.parse(textAt(body, span))
}

function textAt(body: Uint8Array, span: Span): string {
  return decoder.decode(body.subarray(span.start, span.end))
}
