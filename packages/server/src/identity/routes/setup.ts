/** HTTP edge of the set-up link: asked before anybody has an admin key. The page that posts here is served by `http`. */
import { z } from 'zod'
import { defineOpenOperation, wire } from '#edge'
import type { IdentityRoom } from '../room.ts'
import { completeSetup } from '../setup-link.ts'
import { adminKeyAnswer, NewAdminKey } from './admin-keys.ts'

export const setupOperations = [
  defineOpenOperation({
    operationId: 'completeSetup',
    method: 'post',
    path: '/setup',
    tag: 'admin keys',
    summary: 'Use up a set-up link and get the admin key of an owner.',
    description:
      'Of two that come at once, one gets a key. The answer is not repeated, not even under the same Idempotency-Key.',
    body: z.strictObject({
      secret: z
        .string()
        .max(200)
        .meta({ description: 'What stands after # in the link.', format: 'password', writeOnly: true }),
      owner_name: wire.name,
    }),
    status: 201,
    answer: NewAdminKey,
    location: (key) => `/admin-keys/${key.id}`,
    secretMembers: ['secret'],
    errors: ['credential_invalid', 'gone', 'probing'],
    handler: async (room: IdentityRoom, call, { body }) => {
      const issued = await completeSetup(room, call.actor, { presented: body.secret, ownerName: body.owner_name })
      await room.reached(issued.position)
      return { ...adminKeyAnswer(issued.row), secret: issued.secret.reveal() }
    },
  }),
]
