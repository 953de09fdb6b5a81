/** What embedded verifiers ask for and tell (decision 24): read and answered by the data plane, described here. */
import { z } from 'zod'
import { wire } from '#edge'
import { restrictionsAnswer } from './restriction-schema.ts'
import { verifyBody } from './schemas-verify.ts'

export const openBody = verifyBody.pick({ key: true, api_id: true, client_ip: true })

const atMs = z.int().nullable().meta({ description: 'Unix milliseconds.' })
const ids = z.array(z.string())

const apiPart = z
  .object({
    id: z.string(),
    name: z.string(),
    on_feed_loss: z.discriminatedUnion('mode', [
      z.object({ mode: z.literal('deny') }),
      z.object({ mode: z.literal('serve_known'), max_stale_ms: z.int() }),
    ]),
    catalogue: ids.nullable(),
    maximum: z
      .object({ scopes: ids.nullable(), lifetime_ms: z.int().nullable(), required_restrictions: ids })
      .nullable(),
    disabled_at_ms: atMs,
    is_limited: z.boolean(),
  })
  .meta({ id: 'ApiPart' })

const keyPart = z
  .object({
    id: z.string(),
    workspace_id: z.string(),
    app_id: z.string(),
    api_ids: ids,
    role_ids: ids,
    environment: z.string(),
    scopes: ids,
    restrictions: restrictionsAnswer,
    api_version: z.string().nullable(),
    not_before_ms: atMs,
    created_at_ms: atMs,
    expires_at_ms: atMs,
    dormant_at_ms: atMs,
    disabled_at_ms: atMs,
    deleted_at_ms: atMs,
    revoked_at_ms: atMs,
    version: z.object({ number: z.int(), expires_at_ms: atMs, revoked_at_ms: atMs }),
    is_limited: z.boolean().meta({ description: 'It has limits: ask `POST /keys/verify` for each call.' }),
    plan_ids: ids,
  })
  .meta({ id: 'KeyPart' })

const place = {
  log_id: z.string(),
  position: z.int().meta({ description: 'Of the change feed: the answer is at least as new.' }),
  request_id: z.string(),
}

export const openAnswer = z
  .union([
    z.object({
      valid: z.null().meta({ description: 'Nothing was decided.' }),
      key: keyPart,
      workspace: z.object({ id: z.string(), disabled_at_ms: atMs }),
      app: z.object({ id: z.string(), name: z.string(), disabled_at_ms: atMs }),
      apis: z.array(apiPart).meta({ description: 'Those of the key that the asker may verify for.' }),
      roles: z.array(z.object({ id: z.string(), scopes: ids })),
      ...place,
    }),
    z.object({
      valid: z.literal(false),
      code: z.enum(['credential_invalid', 'probing']),
      retry_after_ms: z.int().optional(),
      request_id: z.string(),
    }),
  ])
  .meta({ id: 'OpenedKey' })

const MOST_LINES = 1_000

export const reportBody = z.strictObject({
  batch_id: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/)
    .meta({ description: 'New for each batch: what is sent again under the same one counts once.' }),
  decisions: z
    .array(
      z.strictObject({
        key_id: wire.idOf('key'),
        version: z.int().min(1).max(1_000_000_000),
        api_id: z
          .string()
          .regex(/^[A-Za-z0-9_]{1,64}$/)
          .optional(),
        code: z.string().meta({ example: 'valid' }),
        rule: z
          .string()
          .regex(/^[A-Za-z0-9_./-]{1,100}$/)
          .meta({ example: 'all' }),
        count: z.int().min(1).max(1_000_000_000),
        at_ms: z.int().min(0).max(8.64e15).meta({ description: 'Of the last of them, Unix milliseconds.' }),
      }),
    )
    .max(MOST_LINES),
  refused: z
    .array(
      z.strictObject({
        client_ip: z.string().optional(),
        reason: z.enum(['credential_invalid', 'probing']),
        count: z.int().min(1).max(1_000),
      }),
    )
    .max(MOST_LINES)
    .optional()
    .meta({ description: 'Before it was known whose key it was.' }),
})

export const reportAnswer = z
  .object({
    accepted: z.int(),
    unknown: z.int().meta({ description: 'Decisions about keys that are not in this workspace, or not any more.' }),
    request_id: z.string(),
  })
  .meta({ id: 'ReportTaken' })
