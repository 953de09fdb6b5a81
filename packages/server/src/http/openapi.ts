/** The operations as an OpenAPI 3.1 document. The same operations always give the same bytes. */
import { ERROR_STATUS, type ErrorCode } from '@claviger/core'
import { OpenAPIHono, z } from '@hono/zod-openapi'
import { permissionFacts, type Operation } from '#edge'
import { API_ROOT } from './answer.ts'
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
  })
  .meta({ id: 'Problem', description: 'What went wrong (RFC 9457).' })

/** What any operation may answer. */
const FOR_ANYBODY: readonly ErrorCode[] = [
  'bad_request',
  'bad_header',
  'validation_failed',
  'probing',
  'store_unavailable',
  'draining',
]
const FOR_OPERATORS: readonly ErrorCode[] = [
  ...FOR_ANYBODY,
  'credential_missing',
  'credential_invalid',
  'key_expired',
  'workspace_disabled',
  'feed_lost',
]

const INTRODUCTION = `Everything that the console and the command line can do.

Authenticate with an admin key: \`Authorization: Bearer clv_admin_…\`. Bodies are JSON in UTF-8; members that an operation does not know are refused.
Instants are RFC 3339 in UTC with milliseconds. Lists answer \`{ "data", "next_cursor", "has_more" }\`; hand \`next_cursor\` back as \`?cursor=\`.
Resources with a \`revision\` have an \`ETag\`: send it back in \`If-Match\` and a change is refused with 412 when somebody else was faster.
Every POST takes an \`Idempotency-Key\`: for 24 hours the same key with the same request gives the same answer, and the work is done once.
Secrets are shown once; a repeated request shows them once more within ten minutes, then answers 409 with the id of what was made.
Every answer has an \`X-Request-Id\`; errors are \`application/problem+json\` (RFC 9457).`

export function openapiDocument(operations: readonly Operation[], version: string): object {
  const app = new OpenAPIHono()
  const { openAPIRegistry: registry } = app
  registry.registerComponent('securitySchemes', 'adminKey', {
    type: 'http',
    scheme: 'bearer',
    description: 'An admin key.',
  })
  for (const operation of operations) registry.registerPath(pathOf(operation))
  const document = app.getOpenAPI31Document(
    {
      openapi: '3.1.0',
      info: {
        title: 'Claviger control API',
        version,
        description: INTRODUCTION,
        license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
      },
      tags: [...new Set(operations.map((operation) => operation.tag))].map((name) => ({ name })),
    },
    { sortComponents: 'alphabetically' },
  )
  const { webhooks: _none, ...rest } = document
  return rest
}

type Path = Parameters<OpenAPIHono['openAPIRegistry']['registerPath']>[0]

function pathOf(operation: Operation): Path {
  const { permission } = operation
  const facts = permission === 'anybody' || permission === 'authenticated' ? undefined : permissionFacts(permission)
  return {
    method: operation.method,
    path: `${API_ROOT}${operation.path}`,
    operationId: operation.operationId,
    tags: [operation.tag],
    summary: operation.summary,
    ...(operation.description !== undefined && { description: operation.description }),
    ...(permission === 'anybody' ? { security: [] } : { security: [{ adminKey: [] }] }),
    'x-permission': permission,
    ...(facts?.installation === true && { 'x-installation': true }),
    request: {
      ...(operation.params !== undefined && { params: operation.params }),
      ...queryOf(operation),
      ...headersOf(operation),
      ...bodyOf(operation),
    },
    responses: { [operation.status]: successOf(operation), ...failuresOf(operation) },
  }
}

function queryOf(operation: Operation) {
  if (operation.sort === undefined) return operation.query === undefined ? {} : { query: operation.query }
  const [first, ...others] = sortsOf(operation)
  const paging = {
    limit: z.int().min(1).max(LARGEST_PAGE).default(DEFAULT_PAGE),
    cursor: z
      .string()
      .optional()
      .meta({ description: 'The next_cursor of the page before, with the same filters and order.' }),
    sort: z.enum([first ?? '', ...others]).default(first ?? ''),
  }
  return { query: z.object({ ...operation.query?.shape, ...paging }) }
}

function headersOf(operation: Operation) {
  const fields = {
    ...(takesIdempotencyKey(operation) && {
      'Idempotency-Key': z
        .string()
        .max(255)
        .optional()
        .meta({ description: 'Makes the call safe to repeat for 24 hours.' }),
    }),
    ...(operation.errors?.includes('precondition_failed') === true && {
      'If-Match': z.string().optional().meta({ description: 'The ETag of what the change is based on.' }),
    }),
  }
  return Object.keys(fields).length === 0 ? {} : { headers: z.object(fields) }
}

function bodyOf(operation: Operation) {
  const { body } = operation
  if (body === undefined) return {}
  return { body: { required: !body.safeParse(undefined).success, content: { 'application/json': { schema: body } } } }
}

function successOf(operation: Operation) {
  const { answer, status } = operation
  if (answer === undefined) return { description: 'Done.' }
  const schema = operation.sort === undefined ? answer : listOf(answer)
  const location = z.object({ Location: z.string().meta({ description: 'Path of what was made.' }) })
  return {
    description: status === 201 ? 'Made.' : 'Done.',
    ...(status === 201 && { headers: location }),
    content: { 'application/json': { schema } },
  }
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

interface Failure {
  readonly description: string
  readonly content: { readonly 'application/problem+json': { readonly schema: typeof Problem } }
}

function failuresOf(operation: Operation): Record<string, Failure> {
  const byStatus = new Map<number, ErrorCode[]>()
  for (const code of new Set(codesOf(operation))) {
    const status = ERROR_STATUS[code]
    byStatus.set(status, [...(byStatus.get(status) ?? []), code])
  }
  const sorted = [...byStatus].toSorted(([one], [other]) => one - other)
  const failures: Record<string, Failure> = {}
  for (const [status, codes] of sorted) {
    const description = codes.map((code) => `\`${code}\``).join(', ')
    failures[status] = { description, content: { 'application/problem+json': { schema: Problem } } }
  }
  return failures
}

/** Every code that the operation may answer with, but `internal`. */
export function codesOf(operation: Operation): readonly ErrorCode[] {
  const { permission } = operation
  const isKnown = permission !== 'anybody'
  return [
    ...(isKnown ? FOR_OPERATORS : FOR_ANYBODY),
    ...(isKnown && permission !== 'authenticated' ? (['permission_missing'] as const) : []),
    ...(operation.params === undefined ? [] : (['not_found'] as const)),
    ...(operation.body === undefined ? [] : (['bad_json', 'body_too_large', 'unsupported_media_type'] as const)),
    ...(takesIdempotencyKey(operation)
      ? (['idempotency_in_flight', 'idempotency_mismatch', 'idempotency_secret_gone'] as const)
      : []),
    ...(operation.errors ?? []),
  ]
}

export function takesIdempotencyKey(operation: Operation): boolean {
  return operation.method === 'post' && operation.permission !== 'anybody' && operation.handle !== undefined
}

function errorCodes(): readonly ErrorCode[] {
  return Object.keys(ERROR_STATUS).filter((code): code is ErrorCode => Object.hasOwn(ERROR_STATUS, code))
}
