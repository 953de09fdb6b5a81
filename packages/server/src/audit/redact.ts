/** Turns the values of an entry into what is stored of them: strings become HMACs unless their field is public. */
import { Secret } from '@claviger/core'
import type { AuditHasher } from '#seal'
import { storableText } from './text.ts'

export type Fact = string | number | boolean | null | readonly Fact[] | { readonly [name: string]: Fact }
export type Facts = Readonly<Record<string, Fact>>

/** Deeper values are stored as one HMAC of their JSON. */
const DEEPEST = 8
/** Longer lists and objects likewise. */
const MOST_MEMBERS = 200

/**
 * @param publicFields names in snake_case, as are the answer's own; see `public-fields.ts`
 * @throws TypeError for what has no place in an entry: functions and symbols
 */
export function redact(
  values: Readonly<Record<string, unknown>>,
  hash: AuditHasher,
  publicFields: ReadonlySet<string>,
): Facts {
  const facts: Record<string, Fact> = {}
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) continue
    const field = snakeCase(name)
    const keep = (text: string): string => (publicFields.has(field) ? storableText(text) : hash(text))
    facts[field] = fact(value, { keep, hash }, 0)
  }
  return facts
}

interface Treatment {
  /** For strings. */
  readonly keep: (text: string) => string
  /** For what is never clear, public field or not: bytes and secrets. */
  readonly hash: AuditHasher
}

function fact(value: unknown, treatment: Treatment, depth: number): Fact {
  switch (typeof value) {
    case 'string':
      return treatment.keep(value)
    case 'boolean':
      return value
    case 'number':
      return Number.isFinite(value) ? value : String(value)
    case 'bigint':
      return value.toString()
    case 'undefined':
      return null
    case 'object':
      return value === null ? null : objectFact(value, treatment, depth)
    case 'function':
    case 'symbol':
      throw new TypeError(`A ${typeof value} has no place in an audit entry.`)
  }
}

function objectFact(value: object, treatment: Treatment, depth: number): Fact {
  if (value instanceof Date) return value.toISOString()
  if (value instanceof Secret) return secretFact(value, treatment.hash)
  // Bytes would slip through a rule that knows only strings (so it happened to others: CVE-2025-62513).
  if (ArrayBuffer.isView(value)) return treatment.hash(new Uint8Array(value.buffer, value.byteOffset, value.byteLength))
  if (value instanceof ArrayBuffer) return treatment.hash(new Uint8Array(value))
  const named = value instanceof Map ? membersOf(value) : value
  const members: readonly unknown[] = Array.isArray(value) || value instanceof Set ? [...value] : Object.entries(named)
  if (depth === DEEPEST || members.length > MOST_MEMBERS) return treatment.hash(JSON.stringify(value))
  if (Array.isArray(value) || value instanceof Set) return members.map((member) => fact(member, treatment, depth + 1))
  const facts: Record<string, Fact> = {}
  for (const [name, member] of Object.entries(named)) {
    if (member !== undefined) define(facts, storableText(name), fact(member, treatment, depth + 1))
  }
  return facts
}

function membersOf(map: ReadonlyMap<unknown, unknown>): object {
  return Object.fromEntries([...map].map(([name, member]) => [String(name), member]))
}

function secretFact(secret: Secret<unknown>, hash: AuditHasher): string {
  const revealed = secret.reveal()
  return hash(typeof revealed === 'string' || revealed instanceof Uint8Array ? revealed : JSON.stringify(revealed))
}

/** Also for `__proto__`, which an assignment would take for something else. */
function define(target: Record<string, Fact>, name: string, value: Fact): void {
  Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true })
}

function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
