/** Schemas of what stands on the wire in many operations. Objects of requests are strict: unknown members are refused. */
import { ID_TYPES, type IdType } from '@claviger/core'
import { z } from 'zod'

/** `app_01j…`: an id of one type. */
export function idOf(type: IdType) {
  return z
    .string()
    .regex(new RegExp(`^${type}_[0-9a-hjkmnp-tv-z]{26}$`), `is not the id of an ${ID_TYPES[type]}`)
    .meta({ description: `Id of a resource of type ${ID_TYPES[type]}.`, example: `${type}_01k2m5f8r2e9vbt9rpk9w0z5c3` })
}

/** An instant in an answer: RFC 3339, UTC, milliseconds. Make it with `instantText`. */
export const instant = z.iso.datetime({ precision: 3 }).meta({ example: '2026-11-24T12:00:00.000Z' })

export function instantText(date: Date): string
export function instantText(date: Date | null): string | null
export function instantText(date: Date | null): string | null {
  return date === null ? null : date.toISOString()
}

/** What answers can write: four digits are all that RFC 3339 has for the year. */
const FIRST_INSTANT = new Date('0001-01-01T00:00:00.000Z')
const LAST_INSTANT = new Date('9999-12-31T23:59:59.999Z')

/** An instant in a request: RFC 3339 with any offset; arrives as a Date, cut to ms. */
export const instantInput = z.iso
  .datetime({ offset: true })
  .transform((text) => new Date(text))
  .refine((date) => date >= FIRST_INSTANT && date <= LAST_INSTANT, 'must lie within the years 1 to 9999 in UTC')
  .meta({ description: 'RFC 3339.', example: '2026-11-24T12:00:00.000Z' })

/** What people call a thing: 1 to 100 characters, none of them a control character, no space at the ends. */
export const name = z
  .string()
  .min(1)
  .max(100)
  .regex(/^(?!\s)[^\p{Cc}\p{Cs}\u2028\u2029]*(?<!\s)$/u, 'holds control characters, or spaces at its ends')
  .meta({ example: 'Billing' })

/** A name that stands in paths and patterns: `[a-z0-9]`, dashes inside. */
export const slug = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, 'must be 1 to 63 of a-z, 0-9 and inner dashes')
  .meta({ example: 'billing-v2' })

/** Whom to ask about a thing: a person or a team, usually an address. */
export const owner = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[^\p{Cs}\0]*$/u, 'holds characters that are not text')
  .meta({ description: 'Whom to ask about it.', example: 'payments@example.com' })

/** A longer text for people. */
export const note = z
  .string()
  .max(1000)
  .regex(/^[^\p{Cs}\0]*$/u, 'holds characters that are not text')

/** A scope name, as RFC 6749 §3.3 allows it, in a practical length. */
export const scope = z
  .string()
  .regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,100}$/, 'must be 1 to 100 visible ASCII characters without " and \\')
  .meta({ example: 'invoices.read' })

/** No item twice. */
export function unique<Item extends z.ZodType>(item: Item, most: number) {
  return z
    .array(item)
    .max(most)
    .refine((items) => new Set(items).size === items.length, 'holds an item twice')
    .meta({ uniqueItems: true })
}

/** The customer's own facts on a thing: up to 16 KiB of JSON. */
export const metadata = z
  .record(z.string().min(1).max(100), z.unknown())
  .refine((value) => JSON.stringify(value).length <= 16_384, 'is more than 16 KiB')
  .meta({ description: 'Your own facts; Claviger does not read them.', example: { team: 'payments' } })

/** A secret of somebody else, on its way in: printable ASCII, in lines where it is a private key in PEM. */
export const secretInput = z
  .string()
  .min(1)
  .max(16_384)
  .regex(/^[\x20-\x7e\r\n\t]*$/, 'must be printable ASCII')
  .meta({ format: 'password', writeOnly: true })

const anyObject = z.record(z.string(), z.unknown())

/** A `jsonb` column that this code wrote as an object. */
export function jsonObject(value: unknown): Record<string, unknown> {
  return anyObject.parse(value)
}

/** `true` or `false` in a query. */
export const flag = z.enum(['true', 'false']).transform((text) => text === 'true')
