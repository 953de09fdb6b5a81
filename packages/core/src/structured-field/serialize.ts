/**
 * Writes structured header fields, each value in its one canonical form.
 *
 * @see RFC 9651 §4.1
 */
import type { BareItem, Dictionary, Item, List, Member, Parameters } from './value.ts'

/** RFC 9651 §3.3.1: an Integer has at most 15 digits. */
export const LARGEST_INTEGER = 999_999_999_999_999
/** In thousandths: §3.3.2, twelve digits before the point and three behind it. */
const LARGEST_DECIMAL = 999_999_999_999_999
const KEY = /^[a-z*][a-z0-9_\-.*]*$/
const TOKEN = /^[A-Za-z*][!#$%&'*+\-.^_`|~0-9A-Za-z:/]*$/
const PRINTABLE_ASCII = /^[ -~]*$/
const utf8 = new TextEncoder()

/** @throws RangeError for what the form cannot say; so do all of these */
export function serializeItem({ bare, parameters }: Item): string {
  return serializeBareItem(bare) + serializeParameters(parameters)
}

/** @returns an empty text for an empty list: do not send the field then */
export function serializeList(list: List): string {
  return list.map(serializeMember).join(', ')
}

/** @returns an empty text for an empty dictionary: do not send the field then */
export function serializeDictionary(dictionary: Dictionary): string {
  const members: string[] = []
  for (const [name, member] of dictionary) {
    const isTrue = 'bare' in member && member.bare.kind === 'boolean' && member.bare.value
    members.push(serializeKey(name) + (isTrue ? serializeParameters(member.parameters) : `=${serializeMember(member)}`))
  }
  return members.join(', ')
}

/** §4.1.6 */
export function serializeString(text: string): string {
  if (!PRINTABLE_ASCII.test(text)) throw new RangeError('A structured-field string holds printable ASCII only.')
  return text.includes('"') || text.includes('\\') ? `"${text.replaceAll(/["\\]/g, '\\$&')}"` : `"${text}"`
}

/** §4.1.4 */
export function serializeInteger(value: number): string {
  if (!Number.isInteger(value) || Math.abs(value) > LARGEST_INTEGER)
    throw new RangeError('A structured-field integer is whole and has at most 15 digits.')
  return String(value)
}

function serializeMember(member: Member): string {
  if ('bare' in member) return serializeItem(member)
  return `(${member.items.map(serializeItem).join(' ')})${serializeParameters(member.parameters)}`
}

function serializeParameters(parameters: Parameters): string {
  let text = ''
  for (const [name, value] of parameters) {
    text += `;${serializeKey(name)}`
    if (value.kind !== 'boolean' || !value.value) text += `=${serializeBareItem(value)}`
  }
  return text
}

function serializeBareItem(bare: BareItem): string {
  switch (bare.kind) {
    case 'integer':
      return serializeInteger(bare.value)
    case 'decimal':
      return serializeDecimal(bare.value)
    case 'date':
      return `@${serializeInteger(bare.value)}`
    case 'string':
      return serializeString(bare.value)
    case 'token':
      if (!TOKEN.test(bare.value)) throw new RangeError('not a structured-field token')
      return bare.value
    case 'display':
      return serializeDisplay(bare.value)
    case 'binary':
      return `:${btoa(Array.from(bare.value, (byte) => String.fromCharCode(byte)).join(''))}:`
    case 'boolean':
      return bare.value ? '?1' : '?0'
  }
}

function serializeKey(name: string): string {
  if (!KEY.test(name)) throw new RangeError('not the name of a structured-field member')
  return name
}

/** §4.1.5: three digits behind the point, half to even, no zeros at the end but the first. */
function serializeDecimal(value: number): string {
  const thousandths = roundedHalfEven(Math.abs(value) * 1_000)
  if (!(thousandths <= LARGEST_DECIMAL)) throw new RangeError('A structured-field decimal has at most 12 digits.')
  const fraction = String(thousandths % 1_000).padStart(3, '0')
  const sign = value < 0 && thousandths > 0 ? '-' : ''
  return `${sign}${Math.floor(thousandths / 1_000)}.${fraction.replace(/0{1,2}$/, '')}`
}

function roundedHalfEven(value: number): number {
  const below = Math.floor(value)
  const isHalf = value - below === 0.5
  return isHalf ? below + (below % 2) : Math.round(value)
}

/** §4.1.11 */
function serializeDisplay(text: string): string {
  if (!text.isWellFormed()) throw new RangeError('A structured-field display string is well-formed Unicode.')
  let written = ''
  for (const byte of utf8.encode(text)) {
    const isPlain = byte >= 0x20 && byte <= 0x7e && byte !== 0x25 && byte !== 0x22
    written += isPlain ? String.fromCharCode(byte) : `%${byte.toString(16).padStart(2, '0')}`
  }
  return `%"${written}"`
}
