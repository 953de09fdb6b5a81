/** What customers import: a typed client of the control API. */
export { createClient, type Client, type ClientOptions, type CallOptions } from './client.ts'
export { ApiError, UnreachableError } from './api-error.ts'
export type { OperationId, Answer, BodyOf, ItemOf, ListId, ParamsOf, QueryOf } from './operation-types.ts'
export { OPERATIONS } from './generated/operations.ts'
