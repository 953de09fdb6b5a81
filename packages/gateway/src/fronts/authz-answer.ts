/** What a proxy is told: go on, with whose call it is; or the refusal that our own doors would give. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { LimitState } from '@claviger/core'
import type { Context } from '../context.ts'
import type { Refused } from '../exchange.ts'
import { errorFields, isTls, writeAnswer } from '../http/answer.ts'
import { pushLimitFields } from '../http/limit-fields.ts'
import { problemAnswer } from '../http/problem.ts'
import { pushIdentity, type Identity } from '../identity-tokens.ts'
import type { AuthzQuestion } from './authz-question.ts'

interface Wire {
  readonly incoming: IncomingMessage
  readonly outgoing: ServerResponse
  readonly requestId: string
}

const JWKS_SECONDS = 300

/** The identity stands in fields of its own for proxies that copy them, and in the body for those that read it. */
export function writeAllowed(
  { settings }: Context,
  { incoming, outgoing, requestId }: Wire,
  { identity, limits }: { readonly identity: Identity; readonly limits: readonly LimitState[] },
): void {
  const fields: string[] = []
  pushIdentity(fields, identity)
  pushLimitFields(fields, limits, 'draft')
  writeAnswer(incoming, outgoing, {
    status: 200,
    contentType: 'application/json',
    body: identity.claims,
    requestId,
    fields,
    hstsSeconds: settings.hstsSeconds,
  })
}

/** With `deny: '403'` the status and the document travel in fields, from which the proxy makes the real answer. */
export function writeDenied(
  { settings }: Context,
  { incoming, outgoing, requestId }: Wire,
  { refused, limits, deny }: Pick<Refused, 'refused' | 'limits' | 'target'> & Pick<AuthzQuestion, 'deny'>,
): void {
  const { contentType, body } = problemAnswer(refused, requestId)
  const fields = errorFields(refused, limits)
  if (refused.code === 'draining') fields.push('Connection', 'close')
  if (deny === '403') fields.push('X-Claviger-Status', String(refused.status), 'X-Claviger-Problem', ascii(body))
  writeAnswer(incoming, outgoing, {
    status: deny === '403' ? 403 : refused.status,
    contentType,
    body,
    requestId,
    fields,
    hstsSeconds: settings.hstsSeconds,
  })
}

/** Public keys: whoever verifies identity tokens reads them, and may keep them for a while. */
export function writeJwks({ settings, forwardAuth }: Context, { incoming, outgoing, requestId }: Wire): void {
  const body = forwardAuth.identity.jwks
  const head = [
    'Content-Type',
    'application/jwk-set+json',
    'Content-Length',
    String(Buffer.byteLength(body)),
    'Cache-Control',
    `public, max-age=${JWKS_SECONDS}`,
    'X-Request-Id',
    requestId,
  ]
  if (isTls(incoming)) head.push('Strict-Transport-Security', `max-age=${settings.hstsSeconds}`)
  outgoing.writeHead(200, head)
  outgoing.end(body)
}

/** JSON that may stand in a header field: one line of ASCII. */
function ascii(json: string): string {
  return json.replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
