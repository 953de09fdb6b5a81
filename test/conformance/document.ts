/** The committed document, as the tests of this folder read it: one entry per operation, all of it from the file. */
import { readFileSync } from 'node:fs'

export type Json = null | boolean | number | string | readonly Json[] | JsonObject
export interface JsonObject {
  readonly [name: string]: Json
}
export type Schema = JsonObject

export interface Parameter {
  readonly name: string
  readonly in: 'path' | 'query' | 'header'
  readonly required: boolean
  readonly schema: Schema
}

export interface DeclaredResponse {
  /** Error codes; empty for successes. */
  readonly codes: readonly string[]
  /** Names of header fields that every such answer carries. */
  readonly headers: readonly string[]
  /** Undefined: no body. */
  readonly content: { readonly type: string; readonly schema: Schema } | undefined
}

export interface DeclaredOperation {
  readonly id: string
  readonly method: string
  /** From the root, parameters in braces. */
  readonly path: string
  readonly permission: string
  /** Only operators of the first workspace may. */
  readonly isOfInstallation: boolean
  readonly parameters: readonly Parameter[]
  readonly body: { readonly required: boolean; readonly schema: Schema } | undefined
  readonly responses: ReadonlyMap<number, DeclaredResponse>
}

export interface ApiDocument {
  readonly operations: readonly DeclaredOperation[]
  readonly schemas: JsonObject
}

const COMMITTED = new URL('../../openapi/claviger.json', import.meta.url)

export function readDocument(text = readFileSync(COMMITTED, 'utf8')): ApiDocument {
  const root = objectOf(JSON.parse(text) as Json)
  const components = objectOf(root['components'])
  const operations = Object.entries(objectOf(root['paths'])).flatMap(([path, methods]) =>
    Object.entries(objectOf(methods)).map(([method, operation]) => operationOf(method, path, objectOf(operation))),
  )
  return { operations, schemas: objectOf(components['schemas']) }
}

function operationOf(method: string, path: string, operation: JsonObject): DeclaredOperation {
  const body = operation['requestBody']
  return {
    id: String(operation['operationId']),
    method: method.toUpperCase(),
    path,
    permission: String(operation['x-permission']),
    isOfInstallation: operation['x-installation'] === true,
    parameters: listOf(operation['parameters']).map(objectOf).map(parameterOf),
    body:
      body === undefined
        ? undefined
        : { required: objectOf(body)['required'] === true, schema: contentOf(objectOf(body))?.schema ?? {} },
    responses: new Map(
      Object.entries(objectOf(operation['responses'])).map(([status, response]) => [
        Number(status),
        responseOf(objectOf(response)),
      ]),
    ),
  }
}

function parameterOf(parameter: JsonObject): Parameter {
  const place = parameter['in']
  if (place !== 'path' && place !== 'query' && place !== 'header') throw new Error(`a parameter in ${String(place)}`)
  return {
    name: String(parameter['name']),
    in: place,
    required: parameter['required'] === true,
    schema: objectOf(parameter['schema']),
  }
}

function responseOf(response: JsonObject): DeclaredResponse {
  return {
    codes: listOf(response['x-codes']).map(String),
    headers: Object.keys(objectOf(response['headers'] ?? {})),
    content: contentOf(response),
  }
}

/** The one media type that it has. */
function contentOf(holder: JsonObject): DeclaredResponse['content'] {
  const [entry, ...others] = Object.entries(objectOf(holder['content'] ?? {}))
  if (others.length > 0) throw new Error('the judge knows one media type for each answer; teach it the others')
  return entry === undefined ? undefined : { type: entry[0], schema: objectOf(objectOf(entry[1])['schema']) }
}

/** @throws TypeError for what is no object */
export function objectOf(value: Json | undefined): JsonObject {
  if (!isObject(value)) throw new TypeError(`${JSON.stringify(value)} is no object`)
  return value
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : []
}
