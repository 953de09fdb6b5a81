/** `cors` of routes: which scripts of other origins may call, and what they may read. */
import { originProblem } from '@claviger/core'
import { wire } from '#edge'
import { z } from 'zod'

const origin = z
  .string()
  .max(300)
  .superRefine((text, context) => {
    const message = text === '*' ? undefined : originProblem(text)
    if (message !== undefined) context.addIssue({ code: 'custom', message })
  })
  .meta({ example: 'https://app.example.com' })

const method = z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'])
const header = z.string().regex(/^(?:\*|[a-z0-9!#$%&'+.^_`|~-]{1,64})$/, 'must be a header name in lower case, or *')
const exposed = z.string().regex(/^[a-z0-9!#$%&'+.^_`|~-]{1,64}$/, 'must be a header name in lower case')

export const corsRule = z
  .strictObject({
    origins: wire
      .unique(origin, 50)
      .min(1)
      .meta({ description: 'https://app.example.com, https://*.example.com for all below, or * for every origin.' }),
    methods: wire.unique(method, 6).default([]).meta({ description: 'Empty: those of the route.' }),
    headers: wire
      .unique(header, 50)
      .default(['content-type'])
      .meta({ description: 'That scripts may send, beside the key; *: any.' }),
    exposed_headers: wire.unique(exposed, 50).default([]).meta({ description: 'That scripts may read.' }),
    credentials: z.boolean().default(false).meta({ description: 'Cookies and the like; not with the origin *.' }),
    max_age_seconds: z.int().min(0).max(86_400).default(600).meta({ description: 'How long a preflight is kept.' }),
  })
  .refine(({ origins, credentials }) => !credentials || !origins.includes('*'), {
    message: 'cannot be true with the origin *',
    path: ['credentials'],
  })
  .refine(({ origins }) => origins.length === 1 || !origins.includes('*'), {
    message: 'holds * and more',
    path: ['origins'],
  })
  .meta({
    id: 'Cors',
    description: 'Preflights are answered without a key and never forwarded; what the upstream says of it is replaced.',
  })

export type WireCors = z.output<typeof corsRule>
