/**
 * Restrictions `country` and `asn`: where the client's address is, as the operator's files know it. Under `allow` what
 * is not known is refused, under `deny` it is let through: each list means what it names, and nothing else.
 */
import type { FieldProblem } from '../error/claviger-error.ts'
import { formatIp } from '../net/ip.ts'
import { COUNTRIES } from './countries.ts'
import { unreadable } from './problems.ts'
import type { AsnRestriction, CountryRestriction, RestrictionCheck, RestrictionFacts } from './restriction.ts'

const LARGEST_ASN = 4_294_967_295

/** One list, and how to find what is in it. */
interface Listing<Value> {
  readonly kind: 'country' | 'asn'
  readonly lists: { readonly allow?: readonly Value[] | undefined; readonly deny?: readonly Value[] | undefined }
  /** What is wrong with a value; undefined: nothing. */
  readonly faultOf: (value: Value) => string | undefined
  readonly valueOf: (facts: RestrictionFacts) => Value | undefined
  readonly nameOf: (value: Value) => string
}

export function compileCountry(restriction: CountryRestriction, pointer: string): RestrictionCheck {
  const listing: Listing<string> = {
    kind: 'country',
    lists: restriction,
    faultOf: (code) => (COUNTRIES.has(code) ? undefined : 'This is no country of ISO 3166-1 alpha-2, in capitals.'),
    valueOf: ({ clientIp, geo }) => (clientIp === undefined ? undefined : geo?.countryOf(clientIp)),
    nameOf: (code) => code,
  }
  return compileListing(listing, pointer)
}

export function compileAsn(restriction: AsnRestriction, pointer: string): RestrictionCheck {
  const listing: Listing<number> = {
    kind: 'asn',
    lists: restriction,
    faultOf: (number) =>
      Number.isInteger(number) && number >= 1 && number <= LARGEST_ASN
        ? undefined
        : `The number of an autonomous system is a whole one from 1 to ${LARGEST_ASN}.`,
    valueOf: ({ clientIp, geo }) => (clientIp === undefined ? undefined : geo?.asnOf(clientIp)),
    nameOf: (number) => `AS${number}`,
  }
  return compileListing(listing, pointer)
}

function compileListing<Value>(listing: Listing<Value>, pointer: string): RestrictionCheck {
  const { kind, lists, faultOf, valueOf, nameOf } = listing
  const name = lists.allow === undefined ? 'deny' : 'allow'
  const values = lists[name] ?? []
  const errors: FieldProblem[] = []
  if ((lists.allow === undefined) === (lists.deny === undefined)) {
    errors.push({ pointer, detail: 'Give either "allow" or "deny".' })
  }
  for (const [index, value] of values.entries()) {
    const detail = faultOf(value)
    if (detail !== undefined) errors.push({ pointer: `${pointer}/${name}/${index}`, detail })
  }
  if (errors.length > 0) throw unreadable(errors)
  const listed: ReadonlySet<Value> = new Set(values)
  const refusesListed = name === 'deny'
  return {
    refuses: (facts) => {
      const value = valueOf(facts)
      return value === undefined ? !refusesListed : listed.has(value) === refusesListed
    },
    detail: (facts) => {
      const { clientIp, geo } = facts
      if (clientIp === undefined) return 'The address of the client is not known.'
      if (geo === undefined) return `There is no file that tells the ${kind} of an address.`
      const value = valueOf(facts)
      if (value === undefined) return `The ${kind} of ${formatIp(clientIp)} is not known.`
      return `${formatIp(clientIp)} is of ${nameOf(value)}, which is ${listed.has(value) ? '' : 'not '}in ${name}.`
    },
    change: (facts) => {
      const value = valueOf(facts)
      if (value === undefined) return `call from an address whose ${kind} is known and in ${name}`
      return refusesListed ? `take ${nameOf(value)} out of ${kind} deny` : `add ${nameOf(value)} to ${kind} allow`
    },
  }
}
