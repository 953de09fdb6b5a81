/**
 * What a route does to calls beside passing them on: rewriting, header rules, CORS, maintenance. On the wire, and in the
 * row, which has the same form.
 */
import { ClavigerError, compileCidrs, type FieldProblem } from '@claviger/core'
import { compileCors, compileFieldRules, type Maintenance, type Shaping } from '@claviger/gateway'
import { z } from 'zod'
import type { RouteRow } from './rows.ts'
import { corsRule, type WireCors } from './cors-rule.ts'
import { headerRules, type WireHeaderRules } from './header-rules.ts'
import { maintenanceRule, type WireMaintenance } from './maintenance-rule.ts'
import { rewriteRule, type WireRewrite } from './rewrite-rule.ts'

export const shapingMembers = {
  rewrite: rewriteRule.nullable().default(null),
  header_rules: headerRules.nullable().default(null),
  cors: corsRule
    .nullable()
    .default(null)
    .meta({ description: 'Null: as the upstream says, and a preflight needs a key.' }),
  maintenance: maintenanceRule.nullable().default(null).meta({ description: 'Null: the route is open.' }),
}

export interface ShapingSettings {
  readonly rewrite: WireRewrite | null
  readonly headerRules: WireHeaderRules | null
  readonly cors: WireCors | null
  readonly maintenance: WireMaintenance | null
}

const stored = z.object(shapingMembers)
type Row = Pick<RouteRow, 'rewrite' | 'header_rules' | 'cors' | 'maintenance'>

/** @throws ZodError for what another version wrote: a route that cannot be read is not served */
export function shapingFromRow(row: Row): ShapingSettings {
  // most routes, and there may be many to read at a start
  if (row.rewrite === null && row.header_rules === null && row.cors === null && row.maintenance === null) return NOTHING
  const { rewrite, header_rules: rules, cors, maintenance } = stored.parse(row)
  return { rewrite, headerRules: rules, cors, maintenance }
}

const NOTHING: ShapingSettings = { rewrite: null, headerRules: null, cors: null, maintenance: null }

type ShapingWire = { readonly [Name in keyof typeof shapingMembers]?: z.output<typeof stored>[Name] | undefined }

/** The members that are there. */
export function shapingFromWire(body: ShapingWire) {
  return { rewrite: body.rewrite, headerRules: body.header_rules, cors: body.cors, maintenance: body.maintenance }
}

export function shapingToWire({ rewrite, headerRules: rules, cors, maintenance }: ShapingSettings) {
  return { rewrite, header_rules: rules, cors, maintenance }
}

export function shapingColumns({ rewrite, headerRules: rules, cors, maintenance }: ShapingSettings) {
  const text = (value: object | null): string | null => (value === null ? null : JSON.stringify(value))
  return { rewrite: text(rewrite), header_rules: text(rules), cors: text(cors), maintenance: text(maintenance) }
}

/** What the rules may not touch on this route: where keys are read, and what says the version. */
export function checkShaping({
  headerRules: rules,
  keyHeaders,
  apiVersion,
}: Pick<ShapingSettings, 'headerRules'> & {
  readonly keyHeaders: readonly string[]
  readonly apiVersion: { readonly from: string; readonly name?: string } | null
}): void {
  if (rules === null) return
  const plain = (name: string): string => name.toLowerCase().replaceAll('_', '-')
  const keys = new Set(keyHeaders.map(plain))
  const errors: FieldProblem[] = []
  for (const { pointer, name } of requestNames(rules)) {
    if (keys.has(plain(name))) errors.push({ pointer, detail: `${name} is one of key_headers, and is stripped.` })
    else if (apiVersion?.name === plain(name))
      errors.push({ pointer, detail: `${name} says the version, by api_version.` })
  }
  if (errors.length > 0) throw new ClavigerError('validation_failed', 'This cannot be set up so.', { errors })
}

function requestNames({ request }: WireHeaderRules) {
  const at = '/header_rules/request'
  return [
    ...request.remove.map((name, index) => ({ pointer: `${at}/remove/${index}`, name })),
    ...request.set.map(({ name }, index) => ({ pointer: `${at}/set/${index}/name`, name })),
    ...request.add.map(({ name }, index) => ({ pointer: `${at}/add/${index}/name`, name })),
  ]
}

/** Undefined where nothing is done: the hot path asks no more than that. */
export function compileShaping(
  row: Row & Pick<RouteRow, 'key_headers' | 'methods'>,
  basePath: string,
): Shaping | undefined {
  const { rewrite, headerRules: rules, cors, maintenance } = shapingFromRow(row)
  if (rewrite === null && rules === null && cors === null && maintenance === null) return undefined
  const replace = rewrite?.replace_path ?? undefined
  return {
    stripPrefix: rewrite?.strip_prefix ?? undefined,
    replacePath: replace === undefined ? undefined : basePath + replace,
    requestFields: rules === null ? undefined : compileFieldRules(rules.request),
    responseFields: rules === null ? undefined : compileFieldRules(rules.response),
    cors: cors === null ? undefined : compileCors(corsSettings(cors, row.methods), row.key_headers),
    maintenance: maintenance === null ? undefined : compileMaintenance(maintenance),
  }
}

const EVERY_METHOD = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']

function corsSettings(cors: WireCors, methods: readonly string[]) {
  const ofRoute = methods.length === 0 ? EVERY_METHOD : methods
  return {
    origins: cors.origins,
    methods: cors.methods.length === 0 ? ofRoute : cors.methods,
    headers: cors.headers,
    exposedHeaders: cors.exposed_headers,
    credentials: cors.credentials,
    maxAgeSeconds: cors.max_age_seconds,
  }
}

function compileMaintenance(rule: WireMaintenance): Maintenance {
  return {
    message: rule.message,
    retryAfterSeconds: rule.retry_after_seconds,
    keyIds: new Set(rule.key_ids),
    addresses: compileCidrs(rule.addresses),
  }
}
