/** One operation in the OpenAPI document: what it takes, what it answers, and how it refuses. */
import { ERROR_STATUS, type ErrorCode } from '@claviger/core'
import { z } from 'zod'
import { permissionFacts, type Operation } from '#edge'
import { hasEtag } from './answer.ts'
import { codesOf, takesIdempotencyKey } from './codes-of.ts'
import type { JsonSchema, SchemaBook } from './openapi-schemas.ts'
import { DEFAULT_PAGE, LARGEST_PAGE, sortsOf } from './parse-input.ts'

const Problem = z
  .object({
    type: z.string().meta({ description: 'Names the kind of problem.', example: 'urn:claviger:error:not_found' }),
    title: z.string(),
    status: z.int(),
    detail: z.string().meta({ description: 'For people.' }),
    code: z.enum(errorCodes()).meta({ description: 'For programs; never renamed.' }),
    request_id: z.string(),
    errors: z
      .array(
        z.object({
          pointer: z.string().meta({ description: 'JSON pointer into the body, or below #/query.' }),
          detail: z.string(),
        }),
      )
      .optional(),
    'violated-policies': z
      .array(z.string())
      .optional()
      .meta({ description: 'Of limits that had no room: their names in `RateLimit-Policy`.' }),
  })
  .meta({ id: 'Problem', description: 'What went wrong (RFC 9457).' })

/** Header fields of answers, for `components`. */
export const HEADERS = {
  'X-Request-Id': headerOf('Finds the call in the log and in the audit log.'),
  Location: headerOf('Path of what was made.'),
  ETag: headerOf('The revision, for If-Match and If-None-Match.'),
  'WWW-Authenticate': headerOf('What is asked for, and what was wrong (RFC 6750).'),
  'Retry-After': headerOf('Seconds until it is worth another try.'),
} as const

/** As OpenAPI 3.1 has it. Named schemas go into the book. */
export function documentOperation(operation: Operation, book: SchemaBook): object {
  const { permission, description } = operation
  const facts = permission === 'anybody' || permission === 'authenticated' ? undefined : permissionFacts(permission)
  const parameters = [
    ...pathParameters(operation, book),
    ...queryParameters(operation, book),
    ...headerParameters(operation),
  ]
  return {
    operationId: operation.operationId,
    tags: [operation.tag],
    summary: operation.summary,
    ...(description !== undefined && { description }),
    security: permission === 'anybody' ? [] : [{ adminKey: [] }],
    'x-permission': permission,
    ...(facts?.installation === true && { 'x-installation': true }),
    ...(operation.handle === undefined && { 'x-data-plane': true }),
    ...(parameters.length > 0 && { parameters }),
    ...requestBody(operation, book),
    responses: {
      [operation.status]: successOf(operation, book),
      ...notModified(operation),
      ...failuresOf(operation, book),
    },
  }
}

interface Parameter {
  readonly name: string
  readonly in: 'path' | 'query' | 'header'
  readonly required: boolean
  readonly description?: string
  readonly schema: JsonSchema
}

function pathParameters({ params }: Operation, book: SchemaBook): readonly Parameter[] {
  const shape: Readonly<Record<string, z.ZodType>> = params?.shape ?? {}
  return Object.entries(shape).map(([name, one]) => parameter(name, 'path', one, book))
}

function queryParameters(operation: Operation, book: SchemaBook): readonly Parameter[] {
  const own: Readonly<Record<string, z.ZodType>> = operation.query?.shape ?? {}
  const shape = { ...own, ...(operation.sort !== undefined && pagingOf(operation)) }
  return Object.entries(shape).map(([name, one]) => parameter(name, 'query', one, book))
}

function parameter(name: string, place: Parameter['in'], schema: z.ZodType, book: SchemaBook): Parameter {
  const { description, ...rest } = book.schemaOf(schema)
  const required = !schema.safeParse(undefined).success
  return { name, in: place, required, ...(typeof description === 'string' && { description }), schema: rest }
}

function pagingOf(operation: Operation): Readonly<Record<string, z.ZodType>> {
  const [first = '', ...others] = sortsOf(operation)
  return {
    limit: z.int().min(1).max(LARGEST_PAGE).default(DEFAULT_PAGE),
    cursor: z
      .string()
      .optional()
      .meta({ description: 'The next_cursor of the page before, with the same filters and order.' }),
    sort: z.enum([first, ...others]).default(first),
  }
}

function headerParameters(operation: Operation): readonly Parameter[] {
  const field = (name: string, description: string, bounds: JsonSchema = {}): Parameter => ({
    name,
    in: 'header',
    required: false,
    description,
    schema: { type: 'string', ...bounds },
  })
  return [
    ...(takesIdempotencyKey(operation)
      ? [field('Idempotency-Key', 'Makes the call safe to repeat for 24 hours.', { maxLength: 257 })]
      : []),
    ...(operation.errors?.includes('precondition_failed') === true
      ? [field('If-Match', 'The ETag of what the change is based on.')]
      : []),
    ...(mayBeUnchanged(operation) ? [field('If-None-Match', 'The ETag of a copy: 304 when it is still good.')] : []),
  ]
}

function requestBody({ body }: Operation, book: SchemaBook): object {
  if (body === undefined) return {}
  const required = !body.safeParse(undefined).success
  return { requestBody: { required, content: { 'application/json': { schema: book.schemaOf(body) } } } }
}

function successOf(operation: Operation, book: SchemaBook): object {
  const { answer, status } = operation
  const headers = {
    ...(status === 201 && { Location: header('Location') }),
    ...(hasEtag(operation) && { ETag: header('ETag') }),
    'X-Request-Id': header('X-Request-Id'),
  }
  if (answer === undefined) return { description: 'Done.', headers }
  const schema = book.schemaOf(operation.sort === undefined ? answer : listOf(answer))
  return { description: status === 201 ? 'Made.' : 'Done.', headers, content: { 'application/json': { schema } } }
}

function notModified(operation: Operation): object {
  if (!mayBeUnchanged(operation)) return {}
  const headers = { ETag: header('ETag'), 'X-Request-Id': header('X-Request-Id') }
  return { 304: { description: 'The copy is still good.', headers } }
}

function mayBeUnchanged(operation: Operation): boolean {
  return operation.method === 'get' && hasEtag(operation)
}

const lists = new WeakMap<z.ZodType, z.ZodType>()

/** One schema object per item, so that it gets one name. */
function listOf(item: z.ZodType): z.ZodType {
  const known = lists.get(item)
  if (known !== undefined) return known
  const list = z
    .object({ data: z.array(item), next_cursor: z.string().nullable(), has_more: z.boolean() })
    .meta({ id: `${item.meta()?.id ?? 'Unnamed'}List` })
  lists.set(item, list)
  return list
}

function failuresOf(operation: Operation, book: SchemaBook): Record<string, object> {
  const byStatus = new Map<number, ErrorCode[]>()
  for (const code of new Set(codesOf(operation))) {
    const status = ERROR_STATUS[code]
    byStatus.set(status, [...(byStatus.get(status) ?? []), code])
  }
  const sorted = [...byStatus].toSorted(([one], [other]) => one - other)
  const failures: Record<string, object> = {}
  for (const [status, codes] of sorted) {
    failures[status] = {
      description: codes.map((code) => `\`${code}\``).join(', '),
      'x-codes': codes,
      ...(status === 401 && { headers: { 'WWW-Authenticate': header('WWW-Authenticate') } }),
      ...((status === 429 || status === 503) && { headers: { 'Retry-After': header('Retry-After') } }),
      content: { 'application/problem+json': { schema: book.schemaOf(Problem) } },
    }
  }
  return failures
}

function headerOf(description: string): object {
  return { description, required: true, schema: { type: 'string' } }
}

function header(name: keyof typeof HEADERS): object {
  return { $ref: `#/components/headers/${name}` }
}

function errorCodes(): readonly ErrorCode[] {
  return Object.keys(ERROR_STATUS).filter((code): code is ErrorCode => Object.hasOwn(ERROR_STATUS, code))
}
