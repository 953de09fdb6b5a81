/** Rules of a route for header fields: what is taken away, set and added, on the way to the upstream or back. */
import { fieldName, type KeyPart } from '@claviger/core'
import { HOP_BY_HOP, NEVER_TO_UPSTREAM, isFieldValue } from '../http/field-names.ts'

export interface FieldRule {
  readonly name: string
  readonly value: string
}

export interface FieldRuleSettings {
  readonly remove: readonly string[]
  /** In place of whatever is there. */
  readonly set: readonly FieldRule[]
  /** Beside what is there. */
  readonly add: readonly FieldRule[]
}

/** What stands between `${` and `}` in a value. */
const VARIABLES = {
  request_id: (call: FieldCall) => call.requestId,
  key_id: (call: FieldCall) => call.key.id,
  app_id: (call: FieldCall) => call.key.app.current.id,
} as const satisfies Record<string, (call: FieldCall) => string>

/** What variables tell of. */
export interface FieldCall {
  readonly requestId: string
  readonly key: Pick<KeyPart, 'id' | 'app'>
}

type Variable = (call: FieldCall) => string

export interface FieldRules {
  /** Names whose fields do not pass: lower case, and `_` read as `-`. */
  readonly dropped: ReadonlySet<string>
  readonly written: readonly { readonly name: string; readonly value: string | readonly (string | Variable)[] }[]
}

/** Undefined where there is nothing to do. */
export function compileFieldRules({ remove, set, add }: FieldRuleSettings): FieldRules | undefined {
  if (remove.length + set.length + add.length === 0) return undefined
  const dropped = [...remove, ...set.map(({ name }) => name)].map((name) => fieldName(name).plain)
  const written = [...set, ...add].map(({ name, value }) => ({ name, value: compileValue(value) }))
  return { dropped: new Set(dropped), written }
}

export function writeFields(fields: string[], rules: FieldRules, call: FieldCall): void {
  for (const { name, value } of rules.written) {
    if (typeof value === 'string') fields.push(name, value)
    else fields.push(name, value.map((piece) => (typeof piece === 'string' ? piece : piece(call))).join(''))
  }
}

const REFERENCE = /\$\{([^}]*)\}/

/** Texts stand at even places, names of variables at odd ones. */
function compileValue(value: string): string | readonly (string | Variable)[] {
  const pieces = value.split(new RegExp(REFERENCE, 'g'))
  if (pieces.length === 1) return value
  return pieces.map((piece, index) => (index % 2 === 0 ? piece : (variableOf(piece) ?? '')))
}

function variableOf(name: string): Variable | undefined {
  return Object.hasOwn(VARIABLES, name) ? VARIABLES[name as keyof typeof VARIABLES] : undefined
}

/** What is wrong with a value; undefined: nothing. CR, LF and NUL would begin another field. */
export function fieldValueProblem(value: string): string | undefined {
  if (!isFieldValue(value) || /[\x80-\xff]/.test(value) || value.trim() !== value)
    return 'A value is visible ASCII, with blanks inside only.'
  for (const [, name = ''] of value.matchAll(new RegExp(REFERENCE, 'g')))
    if (variableOf(name) === undefined) return `There is no \${${name}}; there are ${KNOWN_VARIABLES}.`
  return value.replaceAll(new RegExp(REFERENCE, 'g'), '').includes('${')
    ? `Begun with \${ and not ended; there are ${KNOWN_VARIABLES}.`
    : undefined
}

const KNOWN_VARIABLES = Object.keys(VARIABLES)
  .map((name) => `\${${name}}`)
  .join(', ')

/** How the message is framed and what its bytes mean: we set it, and the body is passed on as it is. */
const FRAMING: ReadonlySet<string> = new Set([
  ...HOP_BY_HOP,
  'content-length',
  'content-encoding',
  'content-range',
  'host',
])
/** Said by us, or by the one who issues it. */
const OF_ANSWERS: ReadonlySet<string> = new Set([
  'alt-svc',
  'date',
  'ratelimit',
  'ratelimit-policy',
  'strict-transport-security',
  'www-authenticate',
  'x-ratelimit-limit',
  'x-ratelimit-remaining',
  'x-ratelimit-reset',
  'x-request-id',
])

export type FieldAction = 'remove' | 'write'

/** Why a rule for requests may not touch this field; undefined: it may. */
export function requestFieldProblem(name: string, action: FieldAction): string | undefined {
  const { plain } = fieldName(name)
  if (FRAMING.has(plain) || isHandshake(plain)) return 'This field belongs to the connection, or frames the message.'
  if (plain === 'cookie' && action === 'write') return 'This field is a credential: store a provider key.'
  if (plain === 'authorization' || plain === 'x-api-key')
    return 'This field is a credential: that of the caller never passes, that of the upstream is a provider key.'
  if (NEVER_TO_UPSTREAM.has(plain) || plain === 'via' || plain.startsWith('x-claviger-'))
    return 'This field is told by the gateway alone.'
  return undefined
}

/** Why a rule for answers may not touch this field; undefined: it may. */
export function responseFieldProblem(name: string, action: FieldAction): string | undefined {
  const { plain } = fieldName(name)
  if (FRAMING.has(plain) || isHandshake(plain)) return 'This field belongs to the connection, or frames the message.'
  if (plain === 'set-cookie' && action === 'write') return 'This field is a credential.'
  if (plain.startsWith('access-control-')) return 'Say it in cors.'
  if (OF_ANSWERS.has(plain) || plain.startsWith('x-claviger-')) return 'This field is told by the gateway alone.'
  return undefined
}

const isHandshake = (plain: string): boolean => plain.startsWith('sec-websocket-')
