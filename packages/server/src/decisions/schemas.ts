/** How questions about a decision, and what is told of it, stand on the wire. */
import { parseIp, parseThumbprint } from '@claviger/core'
import { z } from 'zod'
import { wire } from '#edge'
import { limitFacts, verifyBody } from '#keys'
import type { Question, ToldDecision } from './explain-decision.ts'

const METHOD = /^[A-Z-]{0,32}$/
const LARGEST_VERSION = 1_000_000_000

const { key, api_id, scopes, client_ip, cost, request } = verifyBody.shape

export const explainBody = z
  .strictObject({
    key_id: wire.idOf('key').optional(),
    version: z
      .int()
      .min(1)
      .max(LARGEST_VERSION)
      .optional()
      .meta({ description: 'Which secret of the key; the newest when it is left out. Only beside `key_id`.' }),
    key: key.optional().meta({
      description: 'As it was presented, in place of `key_id`.',
      format: 'password',
      writeOnly: true,
    }),
    api_id,
    scopes,
    client_ip,
    cost,
    request,
    at: wire.instantInput.optional().meta({
      description: 'As if it were then, with the key as it is now. Limits are told as they are now and decide nothing.',
      example: '2026-11-24T12:00:00.000Z',
    }),
  })
  .superRefine((body, context) => {
    const problem = (path: string[], message: string): void => context.addIssue({ code: 'custom', path, message })
    if (body.key !== undefined && body.key_id !== undefined) problem(['key'], 'stands beside key_id: name one of them')
    if (body.key === undefined && body.key_id === undefined) problem(['key_id'], 'is missing, and so is key')
    if (body.version !== undefined && body.key_id === undefined) problem(['version'], 'needs key_id')
    if (body.client_ip !== undefined && parseIp(body.client_ip) === undefined)
      problem(['client_ip'], 'must be an IPv4 or IPv6 address')
    const { method, client_certificate } = body.request ?? {}
    if (method !== undefined && !METHOD.test(method)) problem(['request', 'method'], 'must be a method in capitals')
    if (client_certificate !== undefined && parseThumbprint(client_certificate) === undefined)
      problem(['request', 'client_certificate'], 'must be a SHA-256 thumbprint')
  })

const refusal = z.object({ code: z.string(), rule: z.string() })

export const explanationAnswer = z
  .object({
    key_id: wire.idOf('key'),
    version: z.int(),
    app_id: wire.idOf('app'),
    at: wire.instant.meta({ description: 'The instant that was decided for.' }),
    valid: z.boolean(),
    code: z.string().meta({ description: '`valid`, or why not.', example: 'scope_missing' }),
    rule: z.string().meta({ description: 'The rule that decides; `all` when none refuses.', example: 'key.scopes' }),
    missing_scopes: z.array(z.string()),
    shadow: z.array(refusal).meta({ description: 'What restrictions in shadow mode would have refused.' }),
    checks: z
      .array(
        z.object({
          rule: z.string().meta({ example: 'key.restrictions/0.ip' }),
          outcome: z.enum(['passed', 'refused', 'shadow_refused', 'not_reached']),
          code: z.string().nullable().meta({ description: 'Of a rule that refused.' }),
          detail: z.string().meta({ description: 'What the rule found.' }),
        }),
      )
      .meta({ description: 'Every rule, in the order in which they are asked.' }),
    nearest: z
      .object({ rule: z.string(), change: z.string().meta({ example: 'grant orders.write' }) })
      .nullable()
      .meta({ description: 'The smallest change that would allow it; null when it is allowed, and when none would.' }),
    limits: z.array(
      z.object({
        policy: z.string().meta({ description: 'The name of its counter.' }),
        ...limitFacts,
        remaining: z.number(),
        reset_ms: z.int().nullable().meta({
          description:
            'Until more can be had, or until the cost can when it would block; null: nobody knows, or never.',
        }),
        would_block: z.boolean(),
      }),
    ),
  })
  .meta({ id: 'Explanation' })

export function questionFromWire(workspaceId: string, body: z.output<typeof explainBody>): Question {
  const call = body.request ?? {}
  return {
    workspaceId,
    key:
      body.key === undefined
        ? { kind: 'id', keyId: body.key_id ?? '', version: body.version }
        : { kind: 'presented', secret: body.key },
    ask: {
      clientIp: body.client_ip === undefined ? undefined : parseIp(body.client_ip),
      apiId: body.api_id,
      scopes: body.scopes ?? [],
      origin: call.origin,
      referer: call.referer,
      userAgent: call.user_agent,
      method: call.method,
      path: call.path?.split('?', 1)[0],
      apiVersion: call.api_version,
      clientCertificate: call.client_certificate === undefined ? undefined : parseThumbprint(call.client_certificate),
    },
    cost: body.cost ?? 1,
    atMs: body.at?.getTime(),
  }
}

export function explanationToWire(told: ToldDecision): z.input<typeof explanationAnswer> {
  return {
    key_id: told.key.id,
    version: told.version.number,
    app_id: told.key.app.current.id,
    at: wire.instantText(new Date(told.atMs)),
    valid: told.code === 'valid',
    code: told.code,
    rule: told.rule,
    missing_scopes: [...told.missingScopes],
    shadow: told.shadow.map(({ code, rule }) => ({ code, rule })),
    checks: told.checks.map(({ rule, outcome, code, detail }) => ({ rule, outcome, code: code ?? null, detail })),
    nearest: told.nearest ?? null,
    limits: told.limits.map(({ policy, remaining, resetMs, blocks }) => ({
      policy: policy.id,
      name: policy.name,
      kind: policy.kind,
      owner: policy.owner ?? 'key',
      mode: policy.mode,
      limit: policy.kind === 'credits' ? null : policy.limit,
      remaining: Math.floor(remaining),
      reset_ms: Number.isFinite(resetMs) ? Math.ceil(resetMs) : null,
      would_block: blocks,
    })),
  }
}
