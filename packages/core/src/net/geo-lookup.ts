/** Where an address is and whose it is, as far as a file of addresses knows. */
import type { IpAddress } from './ip.ts'

/** Answers from memory, at once; undefined: not known. */
export interface GeoLookup {
  /** ISO 3166-1 alpha-2 in capitals (`DE`), and `XK` for Kosovo. */
  countryOf(ip: IpAddress): string | undefined
  /** Number of the autonomous system that announces the address (RFC 6793: 32 bits). */
  asnOf(ip: IpAddress): number | undefined
}
