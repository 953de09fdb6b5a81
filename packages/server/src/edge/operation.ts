/**
 * An operation of the control API as data: what it asks for, what it answers, what it needs, and the handler.
 * Rooms define theirs in `routes.ts`; `http` makes routes of them, `openapi/claviger.json` describes them.
 */
import type { ErrorCode } from '@claviger/core'
import type { z } from 'zod'
import type { Call, OperatorCall } from './call.ts'
import type { Page, PageInput } from './page.ts'
import type { Permission } from './permission.ts'

export type Method = 'get' | 'post' | 'patch' | 'delete'
type AnyObject = z.ZodObject
type NoMembers = z.ZodObject<Record<never, never>>

export interface OperationFacts {
  /** Verb and noun, camelCase: `createApp`. Names the CLI verb and the SDK method too; never renamed. */
  readonly operationId: string
  readonly method: Method
  /** Below `/api/v1`, parameters in braces: `/apps/{id}`. */
  readonly path: `/${string}`
  readonly tag: string
  /** One line, imperative, ends with a full stop. */
  readonly summary: string
  /** More, in plain sentences: effects, bounds, what it does not do. */
  readonly description?: string
  /** A body may be so large; left out: 1 MiB. Never more than the server's own bound. */
  readonly maxBodyBytes?: number
  /** What can go wrong beyond what every operation answers (400, 401, 403, 404 with an id in the path, 503). */
  readonly errors?: readonly ErrorCode[]
}

interface Schemas<Params, Query, Body> {
  /** Of the path; each is a string. One that does not fit is answered like an unknown id. */
  readonly params?: Params
  /** Values are single strings; use `z.coerce` or `z.enum`. */
  readonly query?: Query
  /** Must be strict. `.optional()` lets the body be left out. */
  readonly body?: Body
}

interface Answered<Answer extends z.ZodType> {
  /** 201 adds `Location`; 204 has no body. */
  readonly status: 200 | 201 | 202 | 204
  /** Named with `.meta({ id: 'App' })`. Left out with 204. */
  readonly answer?: Answer
  /** Below `/api/v1`. With 201 and without this: the operation's path and the answer's `id`. */
  readonly location?: (answer: z.input<Answer>) => string
  /** The resource's revision: becomes its ETag, which `If-Match` repeats. Left out: the answer's `revision`, if it has one. */
  readonly revision?: (answer: z.input<Answer>) => number
  /** Members of the answer that are shown once: a replay under the same `Idempotency-Key` repeats them only once more. */
  readonly secretMembers?: readonly (keyof z.input<Answer> & string)[]
}

interface Input<Params extends z.ZodType, Query extends z.ZodType, Body extends z.ZodType> {
  readonly params: z.output<Params>
  readonly query: z.output<Query>
  readonly body: z.output<Body>
}

type OperationDefinition<
  Room,
  Params extends AnyObject,
  Query extends AnyObject,
  Body extends z.ZodType,
  Answer extends z.ZodType,
> = OperationFacts &
  Schemas<Params, Query, Body> &
  Answered<Answer> & {
    readonly permission: Permission | 'authenticated'
    readonly handler: (room: Room, call: OperatorCall, input: Input<Params, Query, Body>) => Promise<z.input<Answer>>
  }

type OpenDefinition<
  Room,
  Params extends AnyObject,
  Query extends AnyObject,
  Body extends z.ZodType,
  Answer extends z.ZodType,
> = OperationFacts &
  Schemas<Params, Query, Body> &
  Answered<Answer> & {
    readonly handler: (room: Room, call: Call, input: Input<Params, Query, Body>) => Promise<z.input<Answer>>
  }

type ListDefinition<Room, Params extends AnyObject, Query extends AnyObject, Item extends z.ZodType> = Omit<
  OperationFacts,
  'method'
> &
  Schemas<Params, Query, never> & {
    readonly permission: Permission
    /** The default order of `?sort=`; a leading minus means descending. The other direction may be asked for. */
    readonly sort: string
    /** The other direction cannot be asked for. */
    readonly oneOrder?: true
    readonly item: Item
    readonly handler: (
      room: Room,
      call: OperatorCall,
      input: Omit<Input<Params, Query, never>, 'body'> & { readonly page: PageInput },
    ) => Promise<Page<z.input<Item>>>
  }

type ElsewhereDefinition<
  Params extends AnyObject,
  Query extends AnyObject,
  Body extends z.ZodType,
  Answer extends z.ZodType,
> = OperationFacts & Schemas<Params, Query, Body> & Answered<Answer> & { readonly permission: Permission }

/** `authenticated`: any admin key will do; `anybody`: asked before authentication. */
export type Asked = Permission | 'authenticated' | 'anybody'

/** What `http` hands to a handler: parsed by the schemas of the same operation. */
export interface ParsedInput {
  readonly params: unknown
  readonly query: unknown
  readonly body: unknown
  readonly page: PageInput | undefined
}

/** An operation with its types put away. `handle` answers a `Page` when `sort` is set. */
export interface Operation<Room = never> extends OperationFacts {
  readonly permission: Asked
  readonly params: AnyObject | undefined
  readonly query: AnyObject | undefined
  readonly body: z.ZodType | undefined
  readonly status: 200 | 201 | 202 | 204
  /** Of a list: the schema of one item. */
  readonly answer: z.ZodType | undefined
  readonly sort: string | undefined
  readonly oneOrder: boolean
  readonly secretMembers: readonly string[]
  readonly location: ((answer: unknown) => string) | undefined
  readonly revision: ((answer: unknown) => number) | undefined
  /** Undefined: another listener answers it; it is only described here. */
  readonly handle: ((room: Room, call: Call, input: ParsedInput) => Promise<unknown>) | undefined
}

/** An operation joined with its room. */
export interface BoundOperation extends Omit<Operation, 'handle'> {
  readonly handle: ((call: Call, input: ParsedInput) => Promise<unknown>) | undefined
}

/** An operation for operators with a permission. */
export function defineOperation<
  Room,
  Params extends AnyObject = NoMembers,
  Query extends AnyObject = NoMembers,
  Body extends z.ZodType = z.ZodUndefined,
  Answer extends z.ZodType = z.ZodVoid,
>(definition: OperationDefinition<Room, Params, Query, Body, Answer>): Operation<Room> {
  return erase(definition, definition.permission, definition.handler)
}

/** An operation that anybody may call: its handler checks what it is given. */
export function defineOpenOperation<
  Room,
  Params extends AnyObject = NoMembers,
  Query extends AnyObject = NoMembers,
  Body extends z.ZodType = z.ZodUndefined,
  Answer extends z.ZodType = z.ZodVoid,
>(definition: OpenDefinition<Room, Params, Query, Body, Answer>): Operation<Room> {
  return erase(definition, 'anybody', definition.handler)
}

/** A list, answered in pages: `?limit&cursor&sort` are added to its query. */
export function defineList<
  Room,
  Params extends AnyObject = NoMembers,
  Query extends AnyObject = NoMembers,
  Item extends z.ZodType = z.ZodType,
>(definition: ListDefinition<Room, Params, Query, Item>): Operation<Room> {
  const { item, ...rest } = definition
  return erase({ ...rest, method: 'get', status: 200, answer: item }, definition.permission, definition.handler)
}

/** An operation that is answered by another listener (the data plane) and only described with the others. */
export function describeOperation<
  Params extends AnyObject = NoMembers,
  Query extends AnyObject = NoMembers,
  Body extends z.ZodType = z.ZodUndefined,
  Answer extends z.ZodType = z.ZodVoid,
>(definition: ElsewhereDefinition<Params, Query, Body, Answer>): Operation<unknown> {
  return erase(definition, definition.permission, undefined)
}

/** Joins a room's operations with the room. */
export function bindOperations<Room>(operations: readonly Operation<Room>[], room: Room): readonly BoundOperation[] {
  return operations.map((operation) => {
    const { handle } = operation
    return { ...operation, handle: handle === undefined ? undefined : async (call, input) => handle(room, call, input) }
  })
}

interface Erasable extends OperationFacts {
  readonly params?: AnyObject
  readonly query?: AnyObject
  readonly body?: z.ZodType
  readonly status: 200 | 201 | 202 | 204
  readonly answer?: z.ZodType
  readonly sort?: string
  readonly oneOrder?: true
  readonly secretMembers?: readonly string[]
  readonly location?: (answer: never) => string
  readonly revision?: (answer: never) => number
}

/**
 * Puts the types away. What is cast here is held true by `http`: a handler is only called with what the schemas of its
 * own operation have parsed, with an operator where a permission is asked, and `location` and `revision` only with what
 * that handler answered.
 */
function erase<Room>(
  definition: Erasable,
  permission: Asked,
  handler: ((room: Room, call: never, input: never) => Promise<unknown>) | undefined,
): Operation<Room> {
  const { operationId, method, path, tag, summary, description, errors, maxBodyBytes } = definition
  return {
    operationId,
    method,
    path,
    tag,
    summary,
    ...(description !== undefined && { description }),
    ...(errors !== undefined && { errors }),
    ...(maxBodyBytes !== undefined && { maxBodyBytes }),
    permission,
    params: definition.params,
    query: definition.query,
    body: definition.body,
    status: definition.status,
    answer: definition.answer,
    sort: definition.sort,
    oneOrder: definition.oneOrder === true,
    secretMembers: definition.secretMembers ?? [],
    location: definition.location as Operation['location'],
    revision: definition.revision as Operation['revision'],
    handle: handler as Operation<Room>['handle'],
  }
}
