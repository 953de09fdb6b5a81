/** What a route does to calls beside passing them on. Most routes do nothing of it: their part has none. */
import { fieldName } from '@claviger/core'
import { corsFields, isCorsField, type Cors, type CorsCall } from './cors.ts'
import { writeFields, type FieldCall, type FieldRules } from './field-rules.ts'
import type { Maintenance } from './maintenance.ts'

export interface Shaping {
  /** Cut off what stands behind `/gw/{name}`, or off the path at a place of the route; `/v1`. */
  readonly stripPrefix: string | undefined
  /** The path that every call has at the upstream, its base path included. */
  readonly replacePath: string | undefined
  readonly requestFields: FieldRules | undefined
  readonly responseFields: FieldRules | undefined
  readonly cors: Cors | undefined
  readonly maintenance: Maintenance | undefined
}

/** The upstream's fields as this route passes them on; before ours are added. */
export function shapedHeaders(
  { cors, responseFields }: Shaping,
  headers: string[],
  call: CorsCall & FieldCall,
): string[] {
  if (cors === undefined && responseFields === undefined) return headers
  const shaped: string[] = []
  for (let at = 0; at + 1 < headers.length; at += 2) {
    const name = headers[at] ?? ''
    const { lower, plain } = fieldName(name)
    if (cors !== undefined && isCorsField(lower)) continue
    if (responseFields?.dropped.has(plain) === true) continue
    shaped.push(name, headers[at + 1] ?? '')
  }
  if (responseFields !== undefined) writeFields(shaped, responseFields, call)
  if (cors !== undefined) shaped.push(...corsFields(cors, call))
  return shaped
}

/** What a rule takes away does not come behind the body either. */
export function shapedTrailers({ responseFields }: Shaping, trailers: [string, string][]): [string, string][] {
  if (responseFields === undefined) return trailers
  return trailers.filter(([name]) => !responseFields.dropped.has(fieldName(name).plain))
}
