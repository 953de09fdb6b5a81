/** Which restrictions a key may be given: such as can be meant, and such as this server can judge. */
import { ClavigerError, compileRestrictions, type Restriction } from '@claviger/core'
import type { KeysRoom } from './room.ts'

const WITHOUT_FILE = {
  country: 'This server knows no countries: it has no file of them.',
  asn: 'This server knows no numbers of networks. Set CLAVIGER_GEO_ASN_DB first.',
} as const

/**
 * A restriction that nobody can judge would refuse every call, or none.
 *
 * @throws ClavigerError `validation_failed` with a pointer for each thing that cannot be meant or judged
 */
export function checkRestrictions({ canLocate }: Pick<KeysRoom, 'canLocate'>, list: readonly Restriction[]): void {
  compileRestrictions(list)
  const errors = list.flatMap(({ kind }, index) =>
    (kind === 'country' || kind === 'asn') && !canLocate(kind)
      ? [{ pointer: `/restrictions/${index}/kind`, detail: WITHOUT_FILE[kind] }]
      : [],
  )
  if (errors.length > 0) throw new ClavigerError('validation_failed', 'The key cannot be restricted so.', { errors })
}
