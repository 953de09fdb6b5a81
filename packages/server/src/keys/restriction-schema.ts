/**
 * How restrictions of a key stand on the wire: `restrictions: [{ kind: 'ip', allow: ['10.0.0.0/8'] }, …]`. Shapes and
 * sizes are checked here; what they mean is checked by compiling them, as the data plane will.
 */
import { ClavigerError, compileRestrictions, type Restriction } from '@claviger/core'
import { wire } from '#edge'
import { z } from 'zod'

const MOST_RESTRICTIONS = 32

const mode = z
  .enum(['enforce', 'shadow'])
  .default('enforce')
  .meta({ description: 'shadow: what it would refuse is recorded and let through.' })

const network = z.string().min(1).max(64).meta({ example: '10.0.0.0/8' })
const networks = () => wire.unique(network, 200).min(1)

const ip = z
  .strictObject({ kind: z.literal('ip'), allow: networks().optional(), deny: networks().optional(), mode })
  .meta({ id: 'IpRestriction', description: 'Addresses and networks of the client. deny wins.' })

const origin = z
  .strictObject({
    kind: z.literal('origin'),
    allow: wire.unique(z.string().min(1).max(300).meta({ example: 'https://app.example.com' }), 100).min(1),
    mode,
  })
  .meta({ id: 'OriginRestriction', description: 'Web pages that call: Origin, or else the origin of Referer.' })

const glob = z.string().min(1).max(200).meta({ example: 'MyApp/*' })
const globs = () => wire.unique(glob, 50).min(1)

const userAgent = z
  .strictObject({ kind: z.literal('user_agent'), allow: globs().optional(), deny: globs().optional(), mode })
  .meta({ id: 'UserAgentRestriction', description: 'Globs with * on User-Agent, in either case. deny wins.' })

const method = z.string().regex(/^[A-Z][A-Z-]{0,31}$/, 'must be a method in capitals')

const requestShape = z.strictObject({
  methods: wire
    .unique(method.meta({ example: 'GET' }), 20)
    .min(1)
    .optional()
    .meta({ description: 'Any, when it is left out.' }),
  path: z
    .string()
    .min(1)
    .max(512)
    .meta({ description: '{name} is one segment, ** at the end any rest.', example: '/orders/{id}' }),
})

const request = z
  .strictObject({ kind: z.literal('request'), allow: z.array(requestShape).min(1).max(100), mode })
  .meta({ id: 'RequestRestriction', description: 'Methods and paths that may be called.' })

const countryCode = z.string().regex(/^[A-Z]{2}$/, 'must be two capitals, as in ISO 3166-1 alpha-2')
const countries = () => wire.unique(countryCode.meta({ example: 'DE' }), 250).min(1)

const country = z
  .strictObject({ kind: z.literal('country'), allow: countries().optional(), deny: countries().optional(), mode })
  .meta({ id: 'CountryRestriction', description: 'Where the address of the client is. One of allow and deny.' })

const asNumber = z.int().min(1).max(4_294_967_295).meta({ example: 64_500 })
const asNumbers = () => wire.unique(asNumber, 200).min(1)

const asn = z
  .strictObject({ kind: z.literal('asn'), allow: asNumbers().optional(), deny: asNumbers().optional(), mode })
  .meta({ id: 'AsnRestriction', description: 'Whose network the client is in. One of allow and deny.' })

const timeWindow = z.strictObject({
  days: wire
    .unique(z.enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']), 7)
    .min(1)
    .optional()
    .meta({ description: 'Every day, when it is left out. A window over midnight belongs to the day it begins on.' }),
  from: z
    .string()
    .regex(/^(?:[01][0-9]|2[0-3]):[0-5][0-9]$/, 'must be HH:MM')
    .meta({ example: '09:00' }),
  to: z
    .string()
    .regex(/^(?:(?:[01][0-9]|2[0-3]):[0-5][0-9]|24:00)$/, 'must be HH:MM, or 24:00')
    .meta({ description: 'Not inside.', example: '17:00' }),
})

const time = z
  .strictObject({
    kind: z.literal('time'),
    zone: z.string().min(1).max(64).meta({ description: 'IANA.', example: 'Europe/Berlin' }),
    windows: z.array(timeWindow).min(1).max(50),
    mode,
  })
  .meta({ id: 'TimeRestriction', description: 'Hours of the week, on the clock of a time zone.' })

const clientCertificate = z
  .strictObject({
    kind: z.literal('client_certificate'),
    thumbprints: wire
      .unique(z.string().min(1).max(100).meta({ example: 'bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2' }), 100)
      .min(1)
      .meta({ description: 'SHA-256 of the certificate: base64url or hexadecimal.' }),
    mode,
  })
  .meta({ id: 'ClientCertificateRestriction', description: 'TLS certificates that the client must prove to hold.' })

const apiVersion = z
  .strictObject({
    kind: z.literal('api_version'),
    allow: wire.unique(z.string().min(1).max(100).meta({ example: '2026-11' }), 50).min(1),
    mode,
  })
  .meta({ id: 'ApiVersionRestriction', description: 'Versions of the api that may be called.' })

/** One; what it means is not checked yet. */
const restriction = z
  .discriminatedUnion('kind', [ip, origin, userAgent, request, country, asn, time, clientCertificate, apiVersion])
  .meta({ id: 'Restriction', description: 'Where, when and how a key may be used.' })

/** The list of a key. All of them have to be met. */
export const restrictions = z
  .array(restriction)
  .max(MOST_RESTRICTIONS)
  .superRefine((list, context) => {
    // what has the wrong shape already means nothing, and would be told twice
    if (context.issues.length > 0) return
    for (const { path, detail } of problemsOf(list)) context.addIssue({ code: 'custom', path, message: detail })
  })
  .meta({ description: 'All of them have to be met, asked in this order.' })

const shapes = z.array(restriction)

/** As an answer tells them. */
export const restrictionsAnswer = shapes.meta({ description: 'All of them have to be met, asked in this order.' })

/**
 * Of a `jsonb` column that this code wrote.
 *
 * @throws ZodError for what another version wrote: a key whose restrictions cannot be read is not served
 */
export function restrictionsFromRow(value: unknown): readonly Restriction[] {
  return shapes.parse(value)
}

export function restrictionsToWire(list: readonly Restriction[]): z.input<typeof shapes> {
  return shapes.parse(list)
}

interface PlacedProblem {
  readonly path: (string | number)[]
  readonly detail: string
}

function problemsOf(list: readonly Restriction[]): readonly PlacedProblem[] {
  try {
    compileRestrictions(list, '')
    return []
  } catch (error) {
    if (!ClavigerError.is(error)) throw error
    return error.errors.map(({ pointer, detail }) => ({ path: pointer.split('/').slice(1).map(step), detail }))
  }
}

/** Names of members are ours: none of them is a number, and none is escaped. */
function step(text: string): string | number {
  return /^\d+$/.test(text) ? Number(text) : text
}
