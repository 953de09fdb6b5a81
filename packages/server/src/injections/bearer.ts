/** `Authorization: Bearer <secret>` (RFC 6750 §2.1). */
import { z } from 'zod'
import type { Injector } from './injector.ts'

const settings = z.strictObject({ kind: z.literal('bearer') })

export const bearer = {
  title: 'Bearer token',
  settings,
  ready: (_settings, secret) => {
    const headers = ['authorization', `Bearer ${secret}`]
    return { inject: ({ path }) => ({ path, headers }) }
  },
} satisfies Injector<typeof settings>
