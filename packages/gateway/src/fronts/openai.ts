/**
 * The door of OpenAI's wire, `/openai/v1`: chat completions, and the models that a key may use. What passes through is
 * changed at declared spans only (decision 9); errors have OpenAI's form (decision 10).
 */
import { ClavigerError } from '@claviger/core'
import type { Context } from '../context.ts'
import {
  learnAnswer,
  learnRequest,
  learnRoute,
  learnTarget,
  type Admitted,
  type AnsweredHere,
  type Matched,
  type ReadBody,
  type Received,
  type Refused,
  type Selected,
  type Verified,
} from '../exchange.ts'
import type { ErrorAnswer, Front, ResponseTap, UpstreamHead } from '../front.ts'
import { bodyTooLarge, readBody } from '../http/read-body.ts'
import { upstreamHeaders } from '../http/upstream-headers.ts'
import { openAiErrorAnswer } from '../llm/errors.ts'
import { mayUse, modelList, modelObject } from '../llm/models.ts'
import { sendForIdentity } from '../llm/identity-egress.ts'
import { bodyForDeployment, readChatRequest, type ChatRequest, type UpstreamBody } from '../llm/request.ts'
import { chatTap } from '../llm/tap.ts'
import type { ModelPart } from '../parts.ts'
import type { EgressCall, EgressRequest, EgressSink, MaybePromise } from '../ports.ts'
import { refuseBadKey } from '../stages/authorize.ts'
import { feedLossOfTarget, feedLossOfTargets } from '../stages/feed-loss.ts'
import { refuseAdmitted, refuseCaller, refuseUnknown } from '../stages/refuse.ts'

const PREFIX = '/openai'
const CHAT = '/v1/chat/completions'
const MODELS = '/v1/models'

const MODEL_METHODS = ['GET', 'HEAD']

/** Credentials of any provider's style, and the fields that choose whose account is billed: the operator decides that. */
const NOT_FOR_PROVIDERS: ReadonlySet<string> = new Set([
  'api-key',
  'x-goog-api-key',
  'cookie',
  'openai-organization',
  'openai-project',
])
const NOT_FOR_PROVIDERS_NOR_ENCODING: ReadonlySet<string> = new Set([...NOT_FOR_PROVIDERS, 'accept-encoding'])

/** What one stage learned and a later one needs; the exchange object is one and the same from stage to stage. */
interface ChatCall {
  readonly request: ChatRequest
  /** Whether the usage event of the answer is ours; told by `select`. */
  readonly addedUsage: UpstreamBody['addedUsage']
}

const chatCalls = new WeakMap<Received, ChatCall>()

export const openai: Front = {
  door: 'openai',
  prefix: `${PREFIX}/`,

  match(_context: Context, received: Received): Matched | Refused {
    const rest = received.path.slice(PREFIX.length)
    const methods = methodsOf(rest)
    if (methods === undefined) return refuseUnknown(unknownUrl(received), 'openai.path')
    if (!methods.includes(received.method)) return refuseUnknown(wrongMethod(received, methods), 'openai.method')
    if (received.upgradeHead !== undefined)
      return refuseUnknown(new ClavigerError('bad_request', 'Nothing is upgraded here.'), 'openai.upgrade')
    return learnRoute(received, undefined, rest)
  },

  read(context: Context, verified: Verified): MaybePromise<ReadBody | AnsweredHere | Refused> {
    // Before a body is waited for, and before anything is told of models.
    const bad = refuseBadKey(context, verified)
    if (bad !== undefined) return bad
    return verified.rest === CHAT ? readChat(context, verified) : answerModels(context, verified)
  },

  select(context: Context, admitted: Admitted): Selected | Refused {
    const { target } = admitted
    const { request } = callOf(admitted)
    if (target.kind !== 'model') throw new TypeError('only models are served here')
    const [deployment] = target.deployments
    if (deployment === undefined)
      return refuseAdmitted(
        new ClavigerError('unavailable', 'The model is not served at the moment.'),
        'deployments',
        admitted,
      )
    const { body, addedUsage } = bodyForDeployment(request, deployment)
    chatCalls.set(admitted, { request, addedUsage })
    const egress = {
      credentialId: deployment.credentialId,
      usedBy: {
        kind: 'model' as const,
        id: target.id,
        appId: admitted.key.app.current.id,
        workspaceId: target.workspaceId,
      },
      origin: deployment.upstreamOrigin,
      method: 'POST',
      path: `${deployment.upstreamBasePath}/chat/completions${admitted.query}`,
      headers: headersFor(context, admitted, { body, addedUsage }),
      timeouts: target.timeouts,
    }
    return learnRequest(admitted, egress, body)
  },

  send(context: Context, request: EgressRequest, sink: EgressSink, selected: Selected): EgressCall {
    const { egress } = context.ports
    return callOf(selected).addedUsage === 'added' ? sendForIdentity(egress, request, sink) : egress.send(request, sink)
  },

  tap(selected: Selected, head: UpstreamHead): ResponseTap | undefined {
    return chatTap(head, callOf(selected).addedUsage)
  },

  errorAnswer(error: ClavigerError): ErrorAnswer {
    return openAiErrorAnswer(error)
  },
}

function callOf(known: Received): ChatCall {
  const call = chatCalls.get(known)
  if (call === undefined) throw new TypeError('read comes before select')
  return call
}

function methodsOf(rest: string): readonly string[] | undefined {
  if (rest === CHAT) return ['POST']
  return rest === MODELS || rest.startsWith(`${MODELS}/`) ? MODEL_METHODS : undefined
}

async function readChat(context: Context, verified: Verified): Promise<ReadBody | Refused> {
  const unreadable = refuseCodings(verified)
  if (unreadable !== undefined) return refuseCaller(unreadable, 'body.coding', verified)
  const body = await readBody(verified, context.settings.maxBodyBytes)
  if (body instanceof ClavigerError) return refuseCaller(body, 'body', verified)
  const request = readable(body)
  return request instanceof ClavigerError
    ? refuseCaller(request, 'body', verified)
    : judgeModel(context, verified, request)
}

/** Refusals are values from here on. */
function readable(body: Uint8Array): ChatRequest | ClavigerError {
  try {
    return readChatRequest(body)
  } catch (thrown) {
    if (thrown instanceof ClavigerError) return thrown
    throw thrown
  }
}

function judgeModel(context: Context, verified: Verified, request: ChatRequest): ReadBody | Refused {
  const model = context.ports.snapshots.modelByName(verified.key.workspace.current.id, request.model)
  if (model === undefined || !mayUse(verified.key, model)) return noSuchModel(verified, request.model, model)
  if (request.body.length > model.maxBodyBytes) {
    return refuseCaller(
      bodyTooLarge(model.maxBodyBytes),
      'model.max_body_bytes',
      learnTarget(verified, model, undefined),
    )
  }
  chatCalls.set(verified, { request, addedUsage: 'as sent' })
  return learnTarget(verified, model, request.body)
}

function answerModels(context: Context, verified: Verified): AnsweredHere | Refused {
  const { snapshots } = context.ports
  const workspaceId = verified.key.workspace.current.id
  if (verified.rest === MODELS) {
    const models = snapshots.modelsOf(workspaceId).filter((model) => mayUse(verified.key, model))
    const lost = feedLossOfTargets(context, models, verified)
    return lost === undefined ? answered(verified, modelList(models)) : refuseCaller(lost, 'feed', verified)
  }
  // The escapes were checked when the path was: they are well-formed, and none hides a slash.
  const name = decodeURIComponent(verified.rest.slice(MODELS.length + 1))
  const model = snapshots.modelByName(workspaceId, name)
  if (model === undefined || !mayUse(verified.key, model)) return noSuchModel(verified, name, model)
  const lost = feedLossOfTarget(context, model)
  return lost === undefined ? answered(verified, modelObject(model)) : refuseCaller(lost, 'feed', verified)
}

function answered(verified: Verified, value: object): AnsweredHere {
  return learnAnswer(verified, { status: 200, contentType: 'application/json', body: JSON.stringify(value) })
}

/** Whether it exists and is not for this key, or does not exist, only the journal's rule tells. */
function noSuchModel(verified: Verified, name: string, model: ModelPart | undefined): Refused {
  const error = new ClavigerError(
    'model_not_found',
    `The model \`${name}\` does not exist or you do not have access to it.`,
  )
  return refuseCaller(error, model === undefined ? 'model.name' : 'model.access', verified)
}

/** A body that we would read in another way than the upstream: encoded, or in another charset. */
function refuseCodings({ headers }: Verified): ClavigerError | undefined {
  const coding = headers['content-encoding']
  if (coding !== undefined && coding.toLowerCase() !== 'identity') {
    return new ClavigerError('unsupported_media_type', 'A request body must not have a Content-Encoding.')
  }
  const charset = /;\s*charset\s*=\s*"?([^\s;"]*)/i.exec(headers['content-type'] ?? '')?.[1]
  if (charset !== undefined && !/^(utf-?8|us-ascii)$/i.test(charset)) {
    return new ClavigerError('unsupported_media_type', 'A request body must be JSON in UTF-8.')
  }
  return undefined
}

function unknownUrl({ method, path }: Received): ClavigerError {
  return new ClavigerError('not_found', `Unknown request URL: ${method} ${path}. Please check the URL for typos.`)
}

function wrongMethod({ method, path }: Received, methods: readonly string[]): ClavigerError {
  const allow = methods.join(', ')
  return new ClavigerError('method_not_allowed', `Not allowed to ${method} on ${path}. Allowed: ${allow}.`, {
    facts: { allow },
  })
}

/** The length is that of the body as it goes. Where an event must be taken out of the answer, it must come plain. */
function headersFor(context: Context, admitted: Admitted, { body, addedUsage }: UpstreamBody): string[] {
  const without = addedUsage === 'added' ? NOT_FOR_PROVIDERS_NOR_ENCODING : NOT_FOR_PROVIDERS
  const own = addedUsage === 'added' ? ['Accept-Encoding', 'identity'] : []
  const headers = upstreamHeaders(context, admitted, { without, forwarded: 'hide' })
  const others = headers.filter((_, at) => headers[at - (at % 2)]?.toLowerCase() !== 'content-length')
  return [...others, 'Content-Length', String(body.length), ...own]
}
