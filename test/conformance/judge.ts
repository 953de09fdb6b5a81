/** Holds answers against the document, with a validator that is not ours. */
import { ERROR_STATUS } from '@claviger/core'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { isObject, objectOf, type ApiDocument, type DeclaredOperation, type Json, type JsonObject } from './document.ts'

export interface Answered {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

export interface Judge {
  /** What is wrong with the answer; empty: nothing. */
  faultsOf(operation: DeclaredOperation, answer: Answered): readonly string[]
  /** Whether the document lets that body be sent. */
  allows(operation: DeclaredOperation, body: string | Uint8Array | undefined): boolean
}

const utf8 = new TextDecoder('utf-8', { fatal: true })
const PROBLEM = 'application/problem+json'

export function createJudge({ schemas }: ApiDocument): Judge {
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  formats.default(ajv)
  ajv.addSchema({ $id: 'claviger:/answers', components: { schemas: closed(schemas) } })
  ajv.addSchema({ $id: 'claviger:/requests', components: { schemas } })
  const validators = new Map<string, ValidateFunction>()

  function validatorOf(schema: JsonObject, side: 'claviger:/answers' | 'claviger:/requests'): ValidateFunction {
    const text = JSON.stringify(side === 'claviger:/answers' ? closed(schema) : schema).replaceAll('"#/', `"${side}#/`)
    const validator = validators.get(text) ?? ajv.compile(objectOf(JSON.parse(text) as Json))
    validators.set(text, validator)
    return validator
  }

  return {
    faultsOf(operation, answer) {
      const { status, headers, text } = answer
      const declared = operation.responses.get(status)
      if (declared === undefined) return [`the status ${status} is not declared`]
      const faults = declared.headers
        .filter((name) => (headers.get(name) ?? '') === '')
        .map((name) => `the declared field ${name} is missing`)
      const type = headers.get('content-type')
      if (declared.content === undefined) return text === '' ? faults : [...faults, 'there is a body; none is declared']
      if (type !== declared.content.type) faults.push(`the media type is ${type}, not ${declared.content.type}`)
      const body = parsed(text)
      if (body === undefined) return [...faults, 'the body is not JSON']
      const validate = validatorOf(declared.content.schema, 'claviger:/answers')
      if (!validate(body)) faults.push(ajv.errorsText(validate.errors, { dataVar: 'body' }))
      if (declared.content.type === PROBLEM) faults.push(...problemFaults(body, declared.codes, answer))
      return faults
    },
    allows({ body: declared }, body) {
      if (body === undefined || body.length === 0) return declared?.required !== true
      const value = parsed(body)
      return declared !== undefined && value !== undefined && validatorOf(declared.schema, 'claviger:/requests')(value)
    },
  }
}

/** The one code that is always told in the words of somebody else. */
function typeOf(code: string): string {
  return code === 'probing'
    ? 'https://iana.org/assignments/http-problem-types#abnormal-usage-detected'
    : `urn:claviger:error:${code}`
}

function problemFaults(body: Json, codes: readonly string[], { status, headers }: Answered): readonly string[] {
  if (!isObject(body)) return ['a problem must be an object']
  const code = String(body['code'])
  const standing: Readonly<Record<string, number>> = ERROR_STATUS
  return [
    ...(codes.includes(code) ? [] : [`the code ${code} is not declared with ${status}`]),
    ...(standing[code] === status ? [] : [`the table of codes has ${code} with ${standing[code]}`]),
    ...(body['status'] === status ? [] : [`the body says status ${String(body['status'])}`]),
    ...(body['type'] === typeOf(code) ? [] : [`the type ${String(body['type'])} is of another code`]),
    ...(body['request_id'] === headers.get('x-request-id') ? [] : ['request_id is not the X-Request-Id']),
  ]
}

/**
 * Objects of answers are open, so that members may be added. Here they are closed: a member that is sent and that the
 * document does not name is a hole in the document.
 */
function closed<Value extends Json>(value: Value): Value
function closed(value: Json): Json {
  if (Array.isArray(value)) return value.map((each: Json) => closed(each))
  if (!isObject(value)) return value
  const members = Object.fromEntries(Object.entries(value).map(([name, member]) => [name, closed(member)]))
  const isOpen = isObject(value['properties']) && !('additionalProperties' in value)
  return isOpen ? { ...members, additionalProperties: false } : members
}

function parsed(body: string | Uint8Array): Json | undefined {
  try {
    return JSON.parse(typeof body === 'string' ? body : utf8.decode(body)) as Json
  } catch {
    return undefined
  }
}
