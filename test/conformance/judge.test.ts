/** The judge must be able to find fault: each of these answers was good before one thing was changed. */
import { describe, expect, test } from 'vitest'
import { objectOf, readDocument, type DeclaredOperation, type Json, type JsonObject } from './document.ts'
import { createJudge, type Answered } from './judge.ts'

const document = readDocument()
const judge = createJudge(document)
const REQUEST_ID = 'req_01k2m5f8r2e9vbt9rpk9w0z5c3'

const PLAINEST: JsonObject = { string: 'x', integer: 1, number: 1, boolean: false, array: [], object: {} }

const app = {
  id: 'app_01k2m5f8r2e9vbt9rpk9w0z5c3',
  ...madeUp('App'),
}
const problem = {
  type: 'urn:claviger:error:not_found',
  title: 'Not found',
  status: 404,
  detail: 'There is nothing under this id.',
  code: 'not_found',
  request_id: REQUEST_ID,
}

test('a good answer has no faults', () => {
  expect(faults('getApp', answered(200, app))).toEqual([])
  expect(faults('getApp', answered(404, problem, 'application/problem+json'))).toEqual([])
  expect(faults('deleteApp', { ...answered(204, ''), text: '' })).toEqual([])
})

describe('a wrong answer', () => {
  test.each([
    ['a status that nobody declared', 'getApp', answered(418, app)],
    ['a fault of ours', 'getApp', answered(500, { ...problem, status: 500, code: 'internal' })],
    ['another media type', 'getApp', answered(200, app, 'text/html')],
    ['no JSON', 'getApp', { ...answered(200, app), text: '<html>' }],
    ['half of the body', 'getApp', { ...answered(200, app), text: JSON.stringify(app).slice(0, 40) }],
    ['a member too few', 'getApp', answered(200, { ...app, id: undefined })],
    ['a member of another type', 'getApp', answered(200, { ...app, revision: 'one' })],
    ['a member that the document does not name', 'getApp', answered(200, { ...app, no_such: 1 })],
    ['no declared field', 'getApp', answered(200, app, 'application/json', ['etag'])],
    ['a body where none is declared', 'deleteApp', answered(204, app)],
    ['a code of another operation', 'getApp', problemWith({ code: 'precondition_failed', status: 412 }, 412)],
    ['a code of another status', 'getApp', problemWith({ code: 'bad_path' }, 404)],
    ['a code of no table', 'getApp', problemWith({ code: 'teapot' }, 404)],
    ['a status in the body that is not the answer', 'getApp', problemWith({ status: 400 }, 404)],
    ['another request id', 'getApp', problemWith({ request_id: 'req_other' }, 404)],
    ['a refusal without its challenge', 'getApp', problemWith({ code: 'credential_missing', status: 401 }, 401)],
  ] as const)('%s', (_what, id, answer) => {
    expect(faults(id, answer)).not.toEqual([])
  })
})

test('a body is allowed as far as its schema goes', () => {
  const operation = operationOf('createApp')
  expect(judge.allows(operation, '{"name":"A","owner":"ada@example.com"}')).toBe(true)
  for (const body of ['{"name":"A"}', '{"name":1,"owner":"a"}', '{"name":"A","owner":"a","x":1}', '{', undefined])
    expect(judge.allows(operation, body), body).toBe(false)
})

function operationOf(id: string): DeclaredOperation {
  const found = document.operations.find((operation) => operation.id === id)
  if (found === undefined) throw new Error(id)
  return found
}

function faults(id: string, answer: Answered): readonly string[] {
  return judge.faultsOf(operationOf(id), answer)
}

function problemWith(changes: JsonObject, status: number): Answered {
  return answered(status, { ...problem, ...changes }, 'application/problem+json')
}

function answered(status: number, body: unknown, type = 'application/json', without: readonly string[] = []): Answered {
  const headers = new Headers({ 'content-type': type, 'x-request-id': REQUEST_ID, etag: '"1"' })
  for (const name of without) headers.delete(name)
  return { status, headers, text: JSON.stringify(body) }
}

/** One of that schema, of the examples and the plainest values. */
function madeUp(name: string): JsonObject {
  const properties = objectOf(objectOf(document.schemas[name])['properties'])
  return Object.fromEntries(Object.entries(properties).map(([member, of]) => [member, plainest(objectOf(of))]))
}

function plainest({ type, example }: JsonObject): Json {
  if (example !== undefined) return example
  return Array.isArray(type) ? null : (PLAINEST[String(type)] ?? null)
}
