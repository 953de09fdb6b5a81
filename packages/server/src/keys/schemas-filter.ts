/** How a filter of keys stands on the wire: in the query of the list. */
import { KEY_PREFIX } from '@claviger/core'
import { wire } from '#edge'
import { z } from 'zod'
import type { KeyFilter } from './key-filter.ts'

export const keyPrefix = z.string().regex(KEY_PREFIX, 'must be 2 to 12 of a-z and 0-9')
export const environmentName = z.string().max(12)

export const keyQuery = z.strictObject({
  app_id: wire.idOf('app').optional(),
  api_id: wire.idOf('api').optional(),
  role_id: wire.idOf('rol').optional(),
  environment: environmentName.optional(),
  owner: wire.owner.optional(),
  tag: wire.slug.optional(),
  prefix: keyPrefix.optional(),
  created_by: wire.idOf('adm').optional(),
  over_maximum: wire.flag.optional().meta({
    description: 'Living keys that hold more than a maximum of their apis now lets them; false: all other keys.',
  }),
  dormant: wire.flag.optional(),
  revoked: wire.flag.optional(),
  deleted: wire.flag.default(false),
})

export function filterOfQuery(query: z.output<typeof keyQuery>, nowMs: number): KeyFilter {
  const { app_id: appId, api_id: apiId, role_id: roleId, created_by: createdBy, over_maximum: isOver, ...rest } = query
  const overMaximum = isOver === undefined ? undefined : { isWanted: isOver, at: new Date(nowMs) }
  return { ...rest, appId, apiId, roleId, createdBy, overMaximum }
}
