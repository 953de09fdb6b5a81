/** The control API and the doors in this process, over a real database, with one of everything and a clock that obeys. */
import { openTestDoors, type TestDoors } from '../../packages/server/src/http/testing/open-doors.ts'
import { makeOneOfEach, makeOrder } from '../../packages/server/src/http/testing/samples.ts'
import { seededRandom } from '../support/random.ts'
import {
  isObject,
  readDocument,
  type ApiDocument,
  type DeclaredOperation,
  type Json,
  type JsonObject,
} from './document.ts'
import { createJudge, type Answered, type Judge } from './judge.ts'
import { createPool, prefixesOf, unknownId, type Pool } from './pool.ts'
import { createRequestMaker, send, type MadeRequest, type RequestMaker } from './requests.ts'

export interface World {
  readonly doors: TestDoors
  readonly document: ApiDocument
  readonly judge: Judge
  readonly maker: RequestMaker
  readonly pool: Pool
  /** Of the home workspace, by prefix. */
  readonly ids: ReadonlyMap<string, string>
  operation(id: string): DeclaredOperation
  /** Sends it with the credential of the owner, unless the fields say another. */
  ask(made: MadeRequest, fields?: Readonly<Record<string, string>>): Promise<Answered>
  /** A request that gets past every schema, whatever becomes of it then. */
  acceptable(
    operation: DeclaredOperation,
    wanted?: {
      readonly as?: string
      readonly holds?: (made: MadeRequest) => boolean
      /** What the body must have, see `Maker.valueOf`. */
      readonly along?: readonly string[] | undefined
    },
  ): Promise<MadeRequest>
  /** Does what a test needs before its call. @throws for anything but success */
  done(method: string, path: string, body?: object): Promise<JsonObject>
  dispose(): Promise<void>
}

/** Schemas cannot say all that makes a body right; so often is it tried. */
const TRIES = 200
const DRAWS = 5_000

/** @param knows whose things the requests are made of; `nothing`: of what the pool is told later */
export async function openWorld(seed: number, knows: 'home' | 'nothing'): Promise<World> {
  const doors = await openTestDoors()
  const document = readDocument()
  const [{ admin_key_id: own }, ids] = [
    (await doors.call('GET', '/api/v1/me')).body,
    new Map([
      ...(await makeOneOfEach(doors, doors.owner)),
      ['ord', await makeOrder(doors, doors.owner)],
      ['wsp', doors.identity.workspaceId],
    ]),
  ]
  await doors.settled()
  const pool = createPool(new Set([String(own)]))
  const told = knows === 'home' ? ['apps', 'apis', 'keys', 'provider-keys', 'routes', 'models', 'workspaces'] : []
  for (const path of told) pool.learn((await doors.call('GET', `/api/v1/${path}`)).body)
  const maker = createRequestMaker(document, pool, seededRandom(seed))

  const ask: World['ask'] = async (made, fields = {}) =>
    send(doors.doorsUrl, made, { authorization: `Bearer ${doors.owner}`, ...fields })

  return {
    doors,
    document,
    judge: createJudge(document),
    maker,
    pool,
    ids,
    ask,
    operation(id) {
      const found = document.operations.find((operation) => operation.id === id)
      if (found === undefined) throw new Error(`the document has no operation ${id}`)
      return found
    },
    async acceptable(operation, { as = doors.owner, holds = () => true, along } = {}) {
      let refused = ''
      for (let [draws, tries] = [DRAWS, TRIES]; draws > 0 && tries > 0; draws--) {
        const made = nobodys(maker.good(operation, undefined, along), operation)
        if (!holds(made)) continue
        const { status, text } = await ask(made, { authorization: `Bearer ${as}` })
        if (status !== 400) return made
        refused = `${String(made.body)} ${text}`
        tries--
      }
      throw new Error(`no good request to ${operation.id} was found: ${refused}`)
    },
    async done(method, path, body) {
      const {
        status,
        body: answer,
        text,
      } = await doors.call(method, `/api/v1${path}`, body === undefined ? {} : { body })
      if (status >= 300) throw new Error(`${method} ${path}: ${status} ${text}`)
      const read: unknown = answer
      return isObject(read) ? read : {}
    },
    dispose: async () => doors.dispose(),
  }
}

/** Without fields that decide, and about a thing that is nobody's: to be asked without any effect. */
function nobodys(made: MadeRequest, { path, parameters }: DeclaredOperation): MadeRequest {
  const filled = parameters
    .filter((parameter) => parameter.in === 'path')
    .reduce((all, { name, schema }) => all.replace(`{${name}}`, placeholder(schema)), path)
  const query = made.target.indexOf('?')
  return {
    ...made,
    target: filled + (query === -1 ? '' : made.target.slice(query)),
    headers: made.body === undefined ? {} : { 'content-type': 'application/json' },
  }
}

/** For a path: an id that fits and is nobody's, or the first number. */
export function placeholder(schema: JsonObject): string {
  const [prefix] = prefixesOf(schema)
  return prefix === undefined ? '1' : unknownId(prefix)
}

export function codeOf({ text }: Answered): string {
  try {
    const body: Json = JSON.parse(text) as Json
    return isObject(body) ? String(body['code']) : ''
  } catch {
    return ''
  }
}
