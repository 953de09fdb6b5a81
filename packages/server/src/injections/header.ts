/** The secret as the whole value of a header field of the operator's choice, such as `x-api-key`. */
import { z } from 'zod'
import type { Injector } from './injector.ts'

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

const settings = z.strictObject({ kind: z.literal('header'), name: headerName })

export const header = {
  title: 'Header field',
  settings,
  ready: ({ name }, secret) => {
    const headers = [name.toLowerCase(), secret]
    return { inject: ({ path }) => ({ path, headers }) }
  },
} satisfies Injector<typeof settings>
