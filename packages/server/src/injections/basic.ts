/** `Authorization: Basic <base64 of username:secret>` in UTF-8 (RFC 7617 §2, §2.1). */
import { z } from 'zod'
import type { Injector } from './injector.ts'

const settings = z.strictObject({
  kind: z.literal('basic'),
  // RFC 7617 §2
  username: z
    .string()
    .max(256)
    .regex(/^[^:\p{Cc}]*$/u, 'holds a colon or a control character'),
})

export const basic = {
  title: 'Basic authentication',
  settings,
  ready: ({ username }, secret) => {
    const headers = ['authorization', `Basic ${Buffer.from(`${username}:${secret}`, 'utf8').toString('base64')}`]
    return { inject: ({ path }) => ({ path, headers }) }
  },
} satisfies Injector<typeof settings>
