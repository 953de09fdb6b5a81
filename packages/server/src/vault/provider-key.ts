/** A provider key: somebody else's credential, bound to the origins it may be sent to. The secret never comes out again. */
import { injection, type Injection } from '#injections'
import type { ProviderKeyRow, ProviderKeyVersionRow } from './rows.ts'

/** Who may use it: routes and models are restricted as soon as one of them is named, apps as soon as one app is. */
export interface Users {
  readonly routes: readonly string[]
  readonly models: readonly string[]
  readonly apps: readonly string[]
}

export interface ProviderKey {
  readonly id: string
  readonly name: string
  readonly provider: string
  readonly origins: readonly string[]
  readonly injection: Injection
  readonly usedBy: Users
  readonly version: number
  /** Keyed, so it proves sameness and gives nothing away. */
  readonly fingerprint: string
  /** When it ends by itself: of a certificate. */
  readonly expiresAt: Date | null
  readonly createdAt: Date
  readonly updatedAt: Date
  readonly rotatedAt: Date
  readonly revision: number
}

/** @param version the current one */
export function providerKeyFromRows(
  row: ProviderKeyRow,
  version: Pick<ProviderKeyVersionRow, 'fingerprint' | 'injection' | 'expires_at'>,
): ProviderKey {
  return {
    id: row.id,
    name: row.name,
    provider: row.provider,
    origins: row.origins,
    injection: injection.parse(version.injection),
    usedBy: { routes: row.route_ids, models: row.model_ids, apps: row.app_ids },
    version: row.current_version,
    fingerprint: version.fingerprint,
    expiresAt: version.expires_at,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    rotatedAt: row.rotated_at,
    revision: row.revision,
  }
}
