/** `maintenance` of routes: closed for a while, with a word of the operator's. */
import { compileCidrs, ClavigerError } from '@claviger/core'
import { wire } from '#edge'
import { z } from 'zod'

const network = z
  .string()
  .max(64)
  .superRefine((text, context) => {
    try {
      compileCidrs([text])
    } catch (thrown) {
      if (!ClavigerError.is(thrown)) throw thrown
      context.addIssue({ code: 'custom', message: thrown.errors[0]?.detail ?? thrown.message })
    }
  })
  .meta({ example: '10.0.0.0/8' })

export const maintenanceRule = z
  .strictObject({
    message: z
      .string()
      .min(1)
      .max(500)
      .regex(/^[^\p{Cc}]*$/u, 'must not hold control characters')
      .default('The service is being worked on.')
      .meta({ description: 'Told to callers.' }),
    retry_after_seconds: z.int().min(1).max(604_800).default(300),
    key_ids: wire.unique(wire.idOf('key'), 100).default([]).meta({ description: 'Keys that are let through.' }),
    addresses: wire.unique(network, 100).default([]).meta({ description: 'Addresses that are let through.' }),
  })
  .meta({ id: 'Maintenance', description: 'Calls are answered with 503 `maintenance`; see the exceptions.' })

export type WireMaintenance = z.output<typeof maintenanceRule>
