/** How questions about keys stand on the wire, and their answers: `keys/verify`, single and many. */
import { wire } from '#edge'
import { z } from 'zod'

export const verifyBody = z.strictObject({
  key: z.string().min(1).max(1024).meta({ description: 'As it was presented.', format: 'password', writeOnly: true }),
  api_id: z
    .string()
    .regex(/^[A-Za-z0-9_]{1,64}$/)
    .optional()
    .meta({ description: 'At whose door it was presented.', example: 'api_01k2m5f8r2e9vbt9rpk9w0z5c3' }),
  scopes: z
    .array(z.string().min(1).max(256).meta({ example: 'invoices.read' }))
    .max(100)
    .optional()
    .meta({ description: 'All of these are needed.' }),
  client_ip: z
    .string()
    .optional()
    .meta({ description: 'The end client, for keys that are held to address ranges.', example: '192.0.2.1' }),
  cost: z.int().min(1).max(1_000_000_000).optional().meta({ description: 'Units to charge; 1 by default.' }),
  request: z
    .strictObject({
      method: z
        .string()
        .regex(/^[A-Z-]{0,32}$/)
        .optional()
        .meta({ example: 'GET' }),
      path: z
        .string()
        .max(2048)
        .optional()
        .meta({ description: 'As it came; a query is cut off.', example: '/orders' }),
      origin: z.string().max(2048).optional().meta({ description: 'The header field Origin.' }),
      referer: z.string().max(2048).optional().meta({ description: 'The header field Referer.' }),
      user_agent: z.string().max(2048).optional().meta({ description: 'The header field User-Agent.' }),
      api_version: z.string().max(2048).optional().meta({ description: 'The version of the api that is called.' }),
      client_certificate: z
        .string()
        .max(2048)
        .optional()
        .meta({ description: 'SHA-256 of the certificate that the client proved to hold: base64url or hexadecimal.' }),
    })
    .optional()
    .meta({ description: 'The call that is decided about: for restrictions of the key, and for the journal.' }),
})

const MOST_QUESTIONS = 100

export const verifyBatchBody = z.strictObject({
  requests: z
    .array(verifyBody.meta({ id: 'VerifyRequest', description: 'What `POST /keys/verify` takes.' }))
    .min(1)
    .max(MOST_QUESTIONS),
})

/** What answers say of every limit. */
export const limitFacts = {
  name: z.string(),
  kind: z.enum(['window', 'burst', 'concurrency', 'quota', 'credits']),
  owner: z
    .enum(['key', 'app', 'plan', 'api', 'route', 'model'])
    .meta({ description: 'What declares it; names are unique within one.' }),
  mode: z.enum(['enforce', 'shadow']),
  limit: z.int().nullable().meta({ description: 'Null for credits: there is what was granted.' }),
}

export const verifyAnswer = z
  .object({
    valid: z.boolean(),
    code: z.string().meta({ description: '`valid`, or why not.', example: 'valid' }),
    key_id: z.string().optional(),
    version: z.int().optional(),
    app_id: z.string().optional(),
    workspace_id: z.string().optional(),
    environment: z.string().optional(),
    scopes: z
      .array(z.string())
      .optional()
      .meta({ description: 'Its own and those of its roles, as far as they count.' }),
    expires_at: wire.instant.nullable().optional(),
    missing_scopes: z.array(z.string()).optional(),
    limits: z
      .array(
        z.object({
          ...limitFacts,
          window_ms: z.int().optional(),
          burst: z.int().optional(),
          period: z.enum(['day', 'week', 'month', 'year']).optional(),
          partition: z
            .string()
            .optional()
            .meta({ description: 'Where calls are counted apart, which counter: `pk` of the `RateLimit` fields.' }),
          remaining: z.int(),
          reset_ms: z.int().nullable().meta({ description: 'Until there is more; null: nobody knows.' }),
          exceeded: z.literal(true).optional().meta({ description: 'In shadow mode: it would have refused.' }),
          blocking: z
            .literal(true)
            .optional()
            .meta({ description: 'Of the limits that refused, the one that opens last.' }),
        }),
      )
      .optional(),
    shadow: z
      .array(z.object({ code: z.string(), rule: z.string() }))
      .optional()
      .meta({
        description: 'What restrictions in shadow mode would have refused.',
        example: [{ code: 'ip_not_allowed', rule: 'key.restrictions/0.ip' }],
      }),
    retry_after_ms: z.int().nullable().optional(),
    request_id: z.string(),
  })
  .meta({ id: 'Verification' })

export const verifyBatchAnswer = z
  .object({
    results: z
      .array(
        verifyAnswer
          .safeExtend({
            undecided: z.literal(true).optional().meta({
              description:
                'Nobody could decide this one, for the reason that `code` names: what 503 means for a single question.',
            }),
          })
          .meta({ id: 'BatchVerification' }),
      )
      .meta({ description: 'In the order of the requests.' }),
  })
  .meta({ id: 'Verifications' })
