/** The operations as an OpenAPI 3.1 document. The same operations always give the same bytes. */
import type { Operation } from '#edge'
import { API_ROOT } from './answer.ts'
import { documentOperation, HEADERS } from './document-operation.ts'
import { SchemaBook, type JsonSchema } from './openapi-schemas.ts'

const INTRODUCTION = `Everything that the console and the command line can do.

Authenticate with an admin key: \`Authorization: Bearer clv_admin_…\`. Bodies are JSON in UTF-8; members that an operation does not know are refused.
Instants are RFC 3339 in UTC with milliseconds. Lists answer \`{ "data", "next_cursor", "has_more" }\`; hand \`next_cursor\` back as \`?cursor=\`.
Resources with a \`revision\` have an \`ETag\`: send it back in \`If-Match\` and a change is refused with 412 when somebody else was faster.
Every POST takes an \`Idempotency-Key\`: for 24 hours the same key with the same request gives the same answer, and the work is done once.
Secrets are shown once; a repeated request shows them once more within ten minutes, then answers 409 with the id of what was made.
Every answer has an \`X-Request-Id\`; errors are \`application/problem+json\` (RFC 9457).`

export function openapiDocument(operations: readonly Operation[], version: string): JsonSchema {
  const book = new SchemaBook()
  const paths: Record<string, Record<string, object>> = {}
  for (const operation of operations) {
    const path = `${API_ROOT}${operation.path}`
    paths[path] = { ...paths[path], [operation.method]: documentOperation(operation, book) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Claviger control API',
      version,
      description: INTRODUCTION,
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    tags: [...new Set(operations.map((operation) => operation.tag))].map((name) => ({ name })),
    components: {
      securitySchemes: { adminKey: { type: 'http', scheme: 'bearer', description: 'An admin key.' } },
      schemas: book.named(),
      headers: HEADERS,
    },
    paths,
  }
}
