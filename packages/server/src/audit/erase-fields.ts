/** Erases what the log says of a person, on their request, so that the log still proves what is left. */
import { ClavigerError } from '@claviger/core'
import { sealOf } from '#seal'
import type { Tx } from '#store'
import { appendEntry } from './append-entry.ts'
import type { Actor } from './entry.ts'
import { entryFields, storedLeaf, type EntryColumns } from './entry-fields.ts'
import { commitmentOf } from './leaf.ts'
import { objectOf, textByName } from './list-entries.ts'
import type { Fact } from './redact.ts'
import { eraseFromEntry, lockEntry, type Erasure } from './rows.ts'

/** `null` is what is left of a column. Two may not be null: what is left of them is empty, and they stand in `erased`. */
const LEFT_OF_COLUMN = {
  actor_id: '',
  key_id: null,
  client_ip: null,
  user_agent: null,
  request_id: null,
  endpoint: null,
  resource_id: '',
} as const

type ErasableColumn = keyof typeof LEFT_OF_COLUMN

export interface ErasureRequest {
  readonly workspaceId: string | undefined
  readonly actor: Actor
  readonly entryId: number
  /** Columns in snake_case (`client_ip`, `user_agent`, …) or members of `values`: `facts.name`. */
  readonly fields: readonly string[]
}

/**
 * Takes the values and salts of some fields away and leaves their commitments; records that in an entry of its own.
 * Fields that the entry does not have, or that were erased before, are passed over.
 *
 * @throws ClavigerError `not_found`; `validation_failed` for a field that may not go; `conflict` for a changed row
 */
export async function eraseFields(tx: Tx, request: ErasureRequest): Promise<void> {
  const row = await lockEntry(tx, request.workspaceId, request.entryId)
  if (row === undefined) throw new ClavigerError('not_found', `There is no audit entry ${request.entryId}.`)
  const { sha256, equal } = sealOf(tx)
  const { id, leaf, salts: rowSalts, erased: rowErased, facts: rowFacts, ...rest } = row
  // Written by `redact`, and by nobody else.
  const columns: EntryColumns = { ...rest, facts: objectOf(rowFacts) as Readonly<Record<string, Fact>> }
  const salts = { ...textByName(rowSalts) }
  const erased = { ...textByName(rowErased) }
  if (!equal(storedLeaf(sha256, columns, salts, erased), leaf)) {
    throw new ClavigerError(
      'conflict',
      `Audit entry ${request.entryId} does not match its leaf: it was changed. Nothing was erased.`,
    )
  }
  const left: Erasure['columns'] = {}
  const facts: Record<string, unknown> = { ...columns.facts }
  const present = entryFields(columns)
  for (const field of request.fields) {
    const value = present.get(field)
    const salt = salts[field]
    if (!isErasable(field)) throw notErasable(field)
    if (value === undefined || salt === undefined) continue
    erased[field] = Buffer.from(commitmentOf(sha256, Buffer.from(salt, 'hex'), field, value)).toString('hex')
    delete salts[field]
    if (isColumn(field)) Object.assign(left, { [field]: LEFT_OF_COLUMN[field] })
    else delete facts[field.slice('facts.'.length)]
  }
  if (Object.keys(erased).length > Object.keys(textByName(rowErased)).length) {
    await eraseFromEntry(tx, id, { columns: left, facts, salts, erased })
  }
  await appendEntry(tx, {
    workspaceId: request.workspaceId,
    actor: request.actor,
    operation: 'audit.erase',
    outcome: 'success',
    status: 200,
    resource: { type: 'audit_entry', id: String(id) },
    values: { changed: request.fields },
  })
}

function isErasable(field: string): boolean {
  return isColumn(field) || field.startsWith('facts.')
}

function isColumn(field: string): field is ErasableColumn {
  return Object.hasOwn(LEFT_OF_COLUMN, field)
}

function notErasable(field: string): ClavigerError {
  const detail = `'${field}' cannot be erased: it says what happened, not to whom.`
  return new ClavigerError('validation_failed', detail, { errors: [{ pointer: '/fields', detail }] })
}
