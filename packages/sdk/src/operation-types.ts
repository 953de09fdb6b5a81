/** Types of one operation, read out of the generated document types. */
import type { operations } from './generated/schema.ts'

export type OperationId = keyof operations & string

type Parameters<Id extends OperationId> = operations[Id] extends { parameters: infer P } ? P : never

/** Values for the `{…}` of the path. */
export type ParamsOf<Id extends OperationId> = Parameters<Id> extends { path: infer Path } ? Path : undefined

export type QueryOf<Id extends OperationId> = Parameters<Id> extends { query?: infer Query } ? Query : undefined

export type BodyOf<Id extends OperationId> = operations[Id] extends {
  requestBody?: { content: { 'application/json': infer Body } }
}
  ? Body
  : undefined

type Success<Responses> = Responses extends { 200: infer Ok }
  ? Ok
  : Responses extends { 201: infer Made }
    ? Made
    : undefined

/** What a successful call answers; undefined where there is no body (204). */
export type Answer<Id extends OperationId> = operations[Id] extends { responses: infer Responses }
  ? Success<Responses> extends { content: { 'application/json': infer Body } }
    ? Body
    : undefined
  : never

export interface PageOf<Item> {
  readonly data: readonly Item[]
  readonly next_cursor: string | null
  readonly has_more: boolean
}

/** Operations that answer in pages. */
export type ListId = {
  [Id in OperationId]: Answer<Id> extends PageOf<unknown> ? Id : never
}[OperationId]

export type ItemOf<Id extends ListId> = Answer<Id> extends PageOf<infer Item> ? Item : never
