/** What may be changed of a plan, on the wire. */
import { z } from 'zod'
import { wire } from '#edge'
import { limitsSchema } from '#usage'

export const planPatch = z.strictObject({ name: wire.name.optional(), limits: limitsSchema.optional() })
