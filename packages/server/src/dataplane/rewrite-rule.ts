/** `rewrite` of routes: which path a call has at the upstream. */
import { z } from 'zod'

/** Plain segments: nothing that two servers could read in two ways comes in by a rule. */
const PLAIN = /^(?:\/|(?:\/[A-Za-z0-9\-._~!$&'()*+,=:@]+)+\/?)$/
const path = z
  .string()
  .max(256)
  .regex(PLAIN, 'must be a path of plain segments')
  .refine((text) => !/\/\.\.?(?:\/|$)/.test(text), 'holds a dot segment')
const prefix = path.refine((text) => !text.endsWith('/'), 'must not end with a slash')

export const rewriteRule = z
  .strictObject({
    strip_prefix: prefix
      .nullable()
      .default(null)
      .meta({ description: 'Cut off the path, by whole segments, where it begins so.', example: '/shop' }),
    replace_path: path
      .nullable()
      .default(null)
      .meta({ description: 'Every call goes to this path behind upstream_url; the query stays.', example: '/rpc' }),
  })
  .refine(({ strip_prefix: strip, replace_path: replace }) => strip === null || replace === null, {
    message: 'has strip_prefix or replace_path, not both',
  })
  .meta({
    id: 'Rewrite',
    description: 'The path at the upstream: what is behind /gw/{name}, or the path at a place of the route, rewritten.',
  })

export type WireRewrite = z.output<typeof rewriteRule>
