/** A provider key: somebody else's credential, bound to the origins it may be sent to. The secret never comes out again. */
import { z } from 'zod'
import type { ProviderKeyRow, ProviderKeyVersionRow } from './rows.ts'

/** Fields that belong to the message itself: a credential in one of these would break it or be dropped on the way. */
const NOT_FOR_CREDENTIALS = new Set([
  'host',
  'content-length',
  'content-type',
  'content-encoding',
  'transfer-encoding',
  'connection',
  'keep-alive',
  'te',
  'trailer',
  'upgrade',
  'expect',
  'accept-encoding',
  'via',
  'forwarded',
  'date',
])

const headerName = z
  .string()
  .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}$/, 'is not the name of a header field')
  .transform((name) => name.toLowerCase())
  .refine(
    (name) => !NOT_FOR_CREDENTIALS.has(name) && !name.startsWith('proxy-') && !name.startsWith('x-forwarded-'),
    'cannot carry a credential',
  )

/** How the secret is put into a request. The same words as the injectors of `egress`. */
export const injection = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('bearer') }),
  z.strictObject({
    kind: z.literal('basic'),
    username: z
      .string()
      .max(256)
      .regex(/^[^:\p{Cc}]*$/u, 'holds a colon or a control character'),
  }),
  z.strictObject({ kind: z.literal('header'), name: headerName }),
  z.strictObject({
    kind: z.literal('query'),
    name: z.string().regex(/^[A-Za-z0-9._~-]{1,64}$/, 'must be 1 to 64 of letters, digits and ._~-'),
  }),
])

export type Injection = z.output<typeof injection>

/** Who may use it: routes and models are restricted as soon as one of them is named, apps as soon as one app is. */
export interface Users {
  readonly routes: readonly string[]
  readonly models: readonly string[]
  readonly apps: readonly string[]
}

export interface ProviderKey {
  readonly id: string
  readonly name: string
  readonly provider: string
  readonly origins: readonly string[]
  readonly injection: Injection
  readonly usedBy: Users
  readonly version: number
  /** Keyed, so it proves sameness and gives nothing away. */
  readonly fingerprint: string
  readonly createdAt: Date
  readonly updatedAt: Date
  readonly rotatedAt: Date
  readonly revision: number
}

/** @param version the current one */
export function providerKeyFromRows(
  row: ProviderKeyRow,
  version: Pick<ProviderKeyVersionRow, 'fingerprint' | 'injection'>,
): ProviderKey {
  return {
    id: row.id,
    name: row.name,
    provider: row.provider,
    origins: row.origins,
    injection: injection.parse(version.injection),
    usedBy: { routes: row.route_ids, models: row.model_ids, apps: row.app_ids },
    version: row.current_version,
    fingerprint: version.fingerprint,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    rotatedAt: row.rotated_at,
    revision: row.revision,
  }
}
