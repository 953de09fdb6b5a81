/** What can be asked about an address, and where the records of the various makers of files say it. */
import { z } from 'zod'

/** One question, its answer, and the words for people. */
export interface Subject<Answer extends string | number> {
  readonly kind: GeoKind
  readonly variable: 'CLAVIGER_GEO_COUNTRY_DB' | 'CLAVIGER_GEO_ASN_DB'
  /** What the file should tell, with its article: `a country`. */
  readonly noun: string
  /** Its answer to one record; undefined when the record does not say. */
  readonly read: (record: unknown) => Answer | undefined
}

export type GeoKind = 'country' | 'asn'

/** No country of ISO 3166-1; some files write it for "not known". */
const NO_COUNTRY = 'ZZ'

const code = z.string().regex(/^[A-Z]{2}$/)
const CountryRecord = z.union([
  // MaxMind's own, City files too. `registered_country` is where a network was registered, not where it is used.
  z.object({ country: z.object({ iso_code: code }) }).transform((record) => record.country.iso_code),
  // ip-location-db, IPinfo
  z.object({ country_code: code }).transform((record) => record.country_code),
  z.object({ country: code }).transform((record) => record.country),
])

const number = z.int().min(1).max(0xffff_ffff)
const AsnRecord = z.union([
  z.object({ autonomous_system_number: number }).transform((record) => record.autonomous_system_number),
  // IPinfo
  z
    .object({ asn: z.string().regex(/^AS\d{1,10}$/) })
    .transform((record) => Number(record.asn.slice(2)))
    .pipe(number),
  // MaxMind's Enterprise file
  z
    .object({ traits: z.object({ autonomous_system_number: number }) })
    .transform((record) => record.traits.autonomous_system_number),
])

export const COUNTRY: Subject<string> = {
  kind: 'country',
  variable: 'CLAVIGER_GEO_COUNTRY_DB',
  noun: 'a country',
  read(record) {
    const { data: country } = CountryRecord.safeParse(record)
    return country === NO_COUNTRY ? undefined : country
  },
}

export const ASN: Subject<number> = {
  kind: 'asn',
  variable: 'CLAVIGER_GEO_ASN_DB',
  noun: 'an autonomous system number',
  read: (record) => AsnRecord.safeParse(record).data,
}
