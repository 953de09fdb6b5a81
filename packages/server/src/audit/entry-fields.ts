/** The fields of an entry that its leaf commits to, and what is hashed of each. */
import type { Selectable } from 'kysely'
import type { Tables } from '#store'
import { canonicalJson } from './canonical-json.ts'
import { commitmentOf, leafOf, type Sha256 } from './leaf.ts'
import type { Facts } from './redact.ts'

type EntryRow = Selectable<Tables['audit_entry']>

/** Columns that tell of the entry, without those that keep it. */
export interface EntryColumns extends Omit<EntryRow, 'id' | 'salts' | 'erased' | 'leaf' | 'facts'> {
  readonly facts: Facts
}

/** Name → text that is committed to. Empty columns are left out. Members of `facts` count one by one: `facts.name`. */
export function entryFields(columns: EntryColumns): ReadonlyMap<string, string> {
  const { facts, at, ...rest } = columns
  const fields = new Map<string, string>([['at', at.toISOString()]])
  for (const [name, value] of Object.entries(rest)) {
    if (value !== null) fields.set(name, String(value))
  }
  for (const [name, value] of Object.entries(facts)) fields.set(`facts.${name}`, canonicalJson(value))
  return fields
}

/** The leaf as it follows from what is stored now; equals the stored leaf unless somebody changed the row. */
export function storedLeaf(
  sha256: Sha256,
  columns: EntryColumns,
  salts: Readonly<Record<string, string>>,
  erased: Readonly<Record<string, string>>,
): Uint8Array {
  const commitments = new Map<string, Uint8Array>()
  for (const [name, value] of entryFields(columns)) {
    // A field that was slipped in has no salt; it must not go unnoticed.
    commitments.set(name, commitmentOf(sha256, Buffer.from(salts[name] ?? '', 'hex'), name, value))
  }
  for (const [name, commitment] of Object.entries(erased)) commitments.set(name, Buffer.from(commitment, 'hex'))
  return leafOf(sha256, commitments)
}
