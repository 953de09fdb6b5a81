/** A route that is being worked on: 503 in the operator's words, for all but those who are let through. */
import { ClavigerError, type CidrSet, type IpAddress, type KeyPart } from '@claviger/core'

export interface Maintenance {
  /** Told to callers. */
  readonly message: string
  readonly retryAfterSeconds: number
  readonly keyIds: ReadonlySet<string>
  readonly addresses: CidrSet
}

/** Undefined: this call is let through. */
export function maintenanceError(
  { message, retryAfterSeconds, keyIds, addresses }: Maintenance,
  { key, clientIp }: { readonly key: Pick<KeyPart, 'id'>; readonly clientIp: IpAddress },
): ClavigerError | undefined {
  if (keyIds.has(key.id) || addresses.contains(clientIp)) return undefined
  return new ClavigerError('maintenance', message, { retryAfterSeconds })
}
