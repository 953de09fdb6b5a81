/** How roles stand on the wire. */
import { scopeFault } from '@claviger/core'
import { z } from 'zod'
import { wire } from '#edge'
import type { Role } from './roles.ts'

const MOST_SCOPES = 200
const MOST_ROLES = 20

/** Of a key. */
export const roleIds = wire.unique(wire.idOf('rol'), MOST_ROLES)

const scopes = wire
  .unique(wire.scope, MOST_SCOPES)
  .superRefine((given, context) => {
    for (const [index, scope] of given.entries()) {
      const message = scopeFault(scope)
      if (message !== undefined) context.addIssue({ code: 'custom', path: [index], message })
    }
  })
  .meta({ description: 'Scopes and patterns, of any apis. At each api of a key those count that it has.' })

export const roleBody = z.strictObject({
  name: wire.name,
  description: wire.note.default(''),
  scopes: scopes.default([]),
})

export const rolePatch = z.strictObject({
  name: wire.name.optional(),
  description: wire.note.optional(),
  scopes: scopes.optional(),
})

export const roleAnswer = z
  .object({
    id: wire.idOf('rol'),
    name: wire.name,
    description: z.string(),
    scopes: z.array(z.string()),
    created_at: wire.instant,
    updated_at: wire.instant,
    revision: z.int(),
  })
  .meta({ id: 'Role', description: 'A named set of scopes that keys are given together.' })

export const roleToWire = (role: Role): z.input<typeof roleAnswer> => ({
  id: role.id,
  name: role.name,
  description: role.description,
  scopes: [...role.scopes],
  created_at: wire.instantText(role.createdAt),
  updated_at: wire.instantText(role.updatedAt),
  revision: role.revision,
})
