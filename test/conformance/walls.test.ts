/**
 * The walls between workspaces and the door before them, over every operation of the document: an id of another workspace,
 * wherever a request holds one, is answered like an id that never was; and nothing is answered to who is nobody. Which role
 * may call what is proven by http/authorisation.proof.test.ts, over the same operations.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeOneOfEach, makeOrder } from '../../packages/server/src/http/testing/samples.ts'
import { isObject, listOf, objectOf, readDocument, type DeclaredOperation, type Json, type Schema } from './document.ts'
import type { Answered } from './judge.ts'
import { prefixesOf, unknownId } from './pool.ts'
import type { MadeRequest } from './requests.ts'
import { bare } from './ways.ts'
import { codeOf, openWorld, type World } from './world.ts'

const { operations, schemas } = readDocument()
let world: World
let tenantOwner: string
let theirs: ReadonlyMap<string, string>
const strangers = new Map<string, string>()

beforeAll(async () => {
  world = await openWorld(2, 'nothing')
  const { doors } = world
  const { id: tenant } = await world.done('POST', '/workspaces', { name: 'Tenant' })
  tenantOwner = await doors.mint('owner', String(tenant))
  theirs = world.ids
  const revoked = await world.done('POST', '/admin-keys', { name: 'revoked', role: 'owner' })
  await world.done('POST', `/admin-keys/${String(revoked['id'])}/revoke`)
  const key = await world.done('POST', '/keys', {
    name: 'a key of an app',
    app_id: world.ids.get('app'),
    api_ids: [world.ids.get('api')],
  })
  const rotated = await world.done('POST', `/keys/${String(key['id'])}/revoke`, {})
  strangers.set('a revoked admin key', String(revoked['secret']))
  strangers.set('the key of an app', String(key['secret']))
  strangers.set('a word', 'let-me-in')
  expect(rotated['id']).toBe(key['id'])
  await makeOneOfEach(doors, tenantOwner)
  await makeOrder(doors, tenantOwner)
  for (const { method, path, permission, isOfInstallation } of operations)
    if (method === 'GET' && !path.includes('{') && !isOfInstallation && !permission.startsWith('audit'))
      world.pool.learn((await doors.call('GET', path, { as: tenantOwner })).body)
  await doors.settled()
})
afterAll(async () => world?.dispose())

describe.each(['a revoked admin key', 'the key of an app', 'a word'])('%s', (who) => {
  const closed = operations.filter(({ permission }) => permission !== 'anybody')
  test.each(closed.map((operation) => [operation.id, operation] as const))('opens not %s', async (_id, operation) => {
    const authorization = `Bearer ${strangers.get(who) ?? ''}`
    const answer = await world.ask(bare(operation, theirs), { authorization })
    expect([answer.status, codeOf(answer)]).toEqual([401, 'credential_invalid'])
    expect(world.judge.faultsOf(operation, answer)).toEqual([])
  })
})

// what is of the installation is of no workspace
const places = operations
  .filter(({ isOfInstallation }) => !isOfInstallation)
  .flatMap((operation) =>
    [
      ...operation.parameters
        .filter((parameter) => parameter.in !== 'header')
        .flatMap(({ name, in: where, schema }) =>
          prefixesOf(schema).map((prefix) => ({ operation, where, pointer: name, prefix })),
        ),
      ...idsIn(operation.body?.schema ?? {}).map(([pointer, prefix]) => ({
        operation,
        where: 'body' as const,
        pointer,
        prefix,
      })),
    ].map((place) => [`${operation.id}: ${place.where} ${place.pointer} ${place.prefix}_`, place] as const),
  )

describe('an id of another workspace is an unknown id', () => {
  test('in every place where one may stand', () => expect(places.length).toBeGreaterThan(60))

  test.each(places)('%s', async (_title, { operation, where, pointer, prefix }) => {
    const foreign = theirs.get(prefix)
    expect(foreign, `There is no ${prefix}_ of the other workspace: make one in http/testing/samples.ts`).toBeDefined()
    if (foreign === undefined) return
    const draft = await drawn(operation, where === 'body' ? pointer : undefined)
    const ask = async (id: string): Promise<Answered> =>
      world.ask(planted(draft, { operation, where, pointer, id }), { authorization: `Bearer ${tenantOwner}` })
    const [never, other] = [await ask(unknownId(prefix)), await ask(foreign)]
    expect(shapeOf(other, foreign)).toEqual(shapeOf(never, unknownId(prefix)))
    expect(world.judge.faultsOf(operation, other)).toEqual([])
    if (where === 'path') expect([403, 404]).toContain(other.status)
  })
})

/** A request whose body holds an id at that place and that is right as far as schemas say. */
async function drawn(operation: DeclaredOperation, pointer: string | undefined): Promise<MadeRequest> {
  if (operation.body === undefined) return bare(operation)
  const holds = ({ body }: MadeRequest): boolean =>
    pointer === undefined ||
    (body !== undefined && replaced(JSON.parse(String(body)) as Json, pointer.split('/').slice(1), 'x') !== undefined)
  return world.acceptable(operation, { as: tenantOwner, holds, along: pointer?.split('/').slice(1) })
}

interface Planted {
  readonly operation: DeclaredOperation
  readonly where: string
  readonly pointer: string
  readonly id: string
}

function planted(draft: MadeRequest, { operation, where, pointer, id }: Planted): MadeRequest {
  if (where === 'path') return { ...draft, target: bare(operation).target.replace(/\b[a-z]{3}_[0-9a-z]{26}\b/, id) }
  if (where === 'query') return { ...draft, target: `${bare(operation).target}?${pointer}=${id}` }
  const body = replaced(JSON.parse(String(draft.body)) as Json, pointer.split('/').slice(1), id) ?? null
  // names are taken once
  const named = isObject(body) && typeof body['name'] === 'string' ? { ...body, name: `wall-${++count}` } : body
  return { ...draft, body: JSON.stringify(named) }
}

let count = 0

/** With the first id at the pointer replaced; undefined: nothing stands there. `*` is any item or member. */
function replaced(value: Json, [first, ...rest]: readonly string[], id: string): Json | undefined {
  if (first === undefined) return typeof value === 'string' ? id : undefined
  if (Array.isArray(value)) {
    const [head] = listOf(value)
    const inner = first === '*' && head !== undefined ? replaced(head, rest, id) : undefined
    // alone, for no item may stand there twice
    return inner === undefined ? undefined : [inner]
  }
  if (!isObject(value)) return undefined
  const child = value[first]
  const inner = child === undefined ? undefined : replaced(child, rest, id)
  return inner === undefined ? undefined : { ...value, [first]: inner }
}

/** Pointers of the ids in a schema, `*` for items, each with its prefix. */
function idsIn(given: Schema, pointer = '', depth = 0): readonly (readonly [string, string])[] {
  const reference = given['$ref']
  const schema = typeof reference === 'string' ? objectOf(schemas[reference.split('/').at(-1) ?? '']) : given
  if (depth > 6) return []
  const prefixes = prefixesOf(schema)
  const children = [
    ...Object.entries(objectOf(schema['properties'] ?? {})).map(
      ([name, child]) => [`${pointer}/${name}`, child] as const,
    ),
    ...(isObject(schema['items']) ? [[`${pointer}/*`, schema['items']] as const] : []),
    ...listOf(schema['anyOf'] ?? schema['oneOf']).map((child) => [pointer, child] as const),
  ]
  const found = children.flatMap(([place, child]) => idsIn(objectOf(child), place, depth + 1))
  return [...new Map([...prefixes.map((prefix) => [pointer, prefix] as const), ...found])]
}

/** All that a caller sees, but what differs from call to call. */
function shapeOf({ status, headers, text }: Answered, id: string): readonly unknown[] {
  const body = text
    .replaceAll(id, 'ID')
    .replaceAll(/"(request_id|next_cursor|secret|public_id|last_four|confirm)":"[^"]*"/g, '"$1":…')
    .replaceAll(/\b[a-z]{3}_[0-9a-z]{26}\b/g, 'ID')
    .replaceAll(/\d{4}-\d{2}-\d{2}T[\d:.]+Z/g, 'INSTANT')
    .replaceAll(/wall-\d+/g, 'NAME')
  return [status, body, [...headers.keys()]]
}
