/** Where calls on a route say which version of its api they are for. On the wire, and in the row, which has the same form. */
import type { VersionSource } from '@claviger/gateway'
import { z } from 'zod'

/** What is stripped, says something else, or is a secret: none of it reaches the upstream as a version. */
const NO_VERSION =
  /^(?:authorization|proxy-authorization|cookie|x-api-key|host|connection|keep-alive|te|trailer|transfer-encoding|upgrade|expect|content-length|forwarded|via|x-request-id|x-real-ip|true-client-ip|cf-connecting-ip|x-(?:forwarded|client|cluster|claviger)-.*|proxy-.*)$/

const version = z
  .string()
  .min(1)
  .max(100)
  .regex(/^[\x21-\x7e]+$/, 'must be visible ASCII')
  .meta({ example: '2026-11' })

export const versionSource = z
  .discriminatedUnion('from', [
    z.strictObject({ from: z.literal('fixed'), value: version.meta({ description: 'Every call is for this one.' }) }),
    z.strictObject({
      from: z.literal('header'),
      name: z
        .string()
        .regex(/^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/, 'must be a header name in lower case')
        .refine((name) => !NO_VERSION.test(name), 'is a field that does not reach the upstream as it came')
        .meta({ example: 'api-version' }),
      default: version
        .nullable()
        .default(null)
        .meta({ description: 'What the upstream takes a call without the field for; null: that is not known.' }),
    }),
    z
      .strictObject({ from: z.literal('path') })
      .meta({ description: 'The first segment behind the route: /gw/{name}/{version}/…' }),
  ])
  .meta({
    id: 'VersionSource',
    description: 'Where a call says which version of the api it is for, for keys that are held to some.',
  })

export type WireVersionSource = z.output<typeof versionSource>

/** @throws ZodError for what another version wrote: a route whose source cannot be read is not served */
export function versionSourceFromRow(value: unknown): WireVersionSource | null {
  return versionSource.nullable().parse(value)
}

export function compileVersionSource(value: unknown): VersionSource | undefined {
  const source = versionSourceFromRow(value)
  if (source === null) return undefined
  return source.from === 'header'
    ? { from: 'header', name: source.name, fallback: source.default ?? undefined }
    : source
}
