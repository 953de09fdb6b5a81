/**
 * Takes in keys of another system of which only hashes exist. A hash is stored at once as HMAC(pepper, algorithm and
 * hash), never as it came; whoever presents the secret is let in, and the key's hash then becomes the usual one.
 */
import { ClavigerError } from '@claviger/core'
import { appendEntry } from '#audit'
import { appendChange } from '#feed'
import { beyondBounds } from '#identity'
import type { Tx } from '#store'
import { ALL, checkBounds, checkGrant } from './check-grant.ts'
import { readGrant, type ImportedHash, type ImportRules } from './check-import.ts'
import { faultOfImportedRole } from './check-roles.ts'
import { findAppForKeys } from './create-key.ts'
import { readBatch, rowOf, type Candidate, type ImportItem, type Judged } from './import-batch.ts'
import { longestLife, scopesOverMaximum } from './maximum.ts'
import { checkPlan } from './plans.ts'
import type { Caller, KeysRoom } from './room.ts'
import { shareApis } from './rows.ts'
import { plansAmong } from './rows-plans.ts'
import { shareRoles } from './rows-roles.ts'
import {
  insertImported,
  insertImportForm,
  selectImported,
  selectImportForms,
  type ImportBase,
  type ImportRow,
  type KnownImport,
} from './rows-import.ts'

export interface KeyImport extends ImportedHash {
  readonly appId: string
  readonly apiIds: readonly string[]
  /** Of all items that name none. */
  readonly planId: string | null
  readonly items: readonly ImportItem[]
}

export type ImportOutcome =
  | { readonly outcome: 'created'; readonly keyId: string }
  /** The hash was imported before, whatever became of its key. Without an id: it is a key of another workspace. */
  | { readonly outcome: 'duplicate'; readonly keyId: string | undefined }
  | { readonly outcome: 'invalid'; readonly detail: string }

export interface Imported {
  /** In the order of the items. */
  readonly outcomes: readonly ImportOutcome[]
  /** Where the change stands in the feed; 0: nothing was made. */
  readonly position: number
}

/**
 * One transaction, one audit entry and one change in the feed, however many items. Items that cannot be taken are told
 * one by one and do not hold up the others.
 *
 * @throws ClavigerError `validation_failed` for what concerns all of them; `conflict` when the app is disabled
 */
export async function importKeys(room: KeysRoom, caller: Caller, wanted: KeyImport): Promise<Imported> {
  const nowMs = room.nowMs()
  const forms = await selectImportForms(room.store.db)
  const { judged, pepperVersion } = await readBatch(room.seal, wanted.items, { hash: wanted, forms, nowMs })
  return room.store.transaction(async (tx) => {
    const { prefix, rules } = await checkBatch(room, tx, caller, { wanted, nowMs })
    const base: ImportBase = {
      workspaceId: caller.workspaceId,
      appId: wanted.appId,
      apiIds: wanted.apiIds,
      prefix,
      algorithm: wanted.algorithm,
      pepperVersion,
      createdBy: caller.actor.id,
      now: new Date(nowMs),
    }
    const outcomes = await insertBatch(tx, base, judged, rules)
    return { outcomes, position: await record(tx, caller, { wanted, base, judged, outcomes }) }
  })
}

async function checkBatch(
  room: KeysRoom,
  tx: Tx,
  caller: Caller,
  { wanted, nowMs }: { readonly wanted: KeyImport; readonly nowMs: number },
): Promise<{ readonly prefix: string; readonly rules: ImportRules }> {
  await findAppForKeys(room, tx, caller, wanted.appId)
  checkBounds(caller, { apiIds: wanted.apiIds, scopes: [] })
  await shareApis(tx, caller.workspaceId, wanted.apiIds)
  const { apis } = await checkGrant(tx, caller.workspaceId, {
    apiIds: wanted.apiIds,
    scopes: [],
    roleIds: [],
    grantReason: null,
    restrictions: [],
    createdAt: new Date(nowMs),
    expiresAt: null,
    touched: ALL,
  })
  const [first] = apis
  if (first === undefined) throw new ClavigerError('validation_failed', 'A key is for at least one api.')
  await checkPlan(tx, caller.workspaceId, wanted.planId)
  const named = wanted.items.flatMap((item) => (item.kind === 'key' ? (item.key.planId ?? []) : []))
  const plans = await plansAmong(tx, caller.workspaceId, [...new Set(named)])
  const ageSeconds = await room.maxKeyAgeSeconds(tx, caller.workspaceId)
  const maxKeyAgeSeconds = Math.min(ageSeconds, longestLife(apis) ?? ageSeconds)
  const catalogue = new Set(apis.flatMap((api) => api.scopes))
  const mayGrant = (scope: string): boolean => {
    const { operator } = caller
    return operator === undefined || beyondBounds(operator.bounds, { apiIds: [], scopes: [scope] }).length === 0
  }
  const isWithinMaximum = (scope: string): boolean => scopesOverMaximum(apis, [scope], String).length === 0
  const roleIds = [...new Set(wanted.items.flatMap((item) => (item.kind === 'key' ? item.key.roleIds : [])))]
  const roles = await shareRoles(tx, caller.workspaceId, roleIds)
  const faults = new Map(roleIds.map((id) => [id, faultOfImportedRole(caller, apis, { id, role: roles.get(id) })]))
  const faultOfRole = (id: string): string | undefined => faults.get(id)
  const rules = { catalogue, mayGrant, isWithinMaximum, faultOfRole, plans, maxKeyAgeSeconds, nowMs }
  return { prefix: first.prefix, rules }
}

async function insertBatch(
  tx: Tx,
  base: ImportBase,
  judged: readonly Judged[],
  rules: ImportRules,
): Promise<readonly ImportOutcome[]> {
  const candidates = judged.filter((each) => each.kind === 'candidate')
  const known = new Map(
    await selectImported(
      tx,
      candidates.flatMap((each) => [each.tag, ...each.earlierTags]),
    ),
  )
  const rows = new Map<string, ImportRow>()
  const outcomes = judged.map((each): ImportOutcome => {
    if (each.kind === 'invalid') return { outcome: 'invalid', detail: each.detail }
    const there = knownOf(each, known)
    if (there !== undefined) return duplicateOf(there, base)
    const expiresAt = readGrant(each.key, rules)
    if (typeof expiresAt === 'string') return { outcome: 'invalid', detail: expiresAt }
    rows.set(each.tag, rowOf(each, expiresAt, rules.nowMs))
    known.set(each.tag, { keyId: each.keyId, workspaceId: base.workspaceId })
    return { outcome: 'created', keyId: each.keyId }
  })
  if (rows.size === 0) return outcomes
  const made = new Set(await insertImported(tx, base, [...rows.values()]))
  if (made.size === rows.size) return outcomes
  return afterRace(tx, base, { judged, outcomes, made })
}

/** Somebody else has imported some of the hashes in between: theirs were first. */
async function afterRace(
  tx: Tx,
  base: ImportBase,
  batch: {
    readonly judged: readonly Judged[]
    readonly outcomes: readonly ImportOutcome[]
    readonly made: ReadonlySet<string>
  },
): Promise<readonly ImportOutcome[]> {
  const tags = batch.judged.flatMap((each) => (each.kind === 'candidate' ? [each.tag] : []))
  const known = await selectImported(tx, tags)
  return batch.judged.map((each, index): ImportOutcome => {
    const before = batch.outcomes[index]
    if (before === undefined) throw new Error('an item without an outcome')
    if (each.kind === 'invalid' || before.outcome === 'invalid') return before
    if (before.outcome === 'created' && batch.made.has(each.keyId)) return before
    const there = knownOf(each, known)
    return there === undefined ? before : duplicateOf(there, base)
  })
}

function knownOf(candidate: Candidate, known: ReadonlyMap<string, KnownImport>): KnownImport | undefined {
  return [candidate.tag, ...candidate.earlierTags].map((tag) => known.get(tag)).find((there) => there !== undefined)
}

function duplicateOf({ keyId, workspaceId }: KnownImport, base: ImportBase): ImportOutcome {
  return { outcome: 'duplicate', keyId: workspaceId === base.workspaceId ? keyId : undefined }
}

async function record(
  tx: Tx,
  caller: Caller,
  batch: {
    readonly wanted: KeyImport
    readonly base: ImportBase
    readonly judged: readonly Judged[]
    readonly outcomes: readonly ImportOutcome[]
  },
): Promise<number> {
  const { wanted, base, judged, outcomes } = batch
  const count = (outcome: ImportOutcome['outcome']): number =>
    outcomes.filter((each) => each.outcome === outcome).length
  const form = { form: wanted.algorithm, pepperVersion: base.pepperVersion }
  await insertImportForm(tx, form)
  await appendEntry(tx, {
    workspaceId: caller.workspaceId,
    actor: caller.actor,
    operation: 'keys.import',
    outcome: 'success',
    status: 200,
    resource: { type: 'app', id: wanted.appId },
    values: {
      api_ids: wanted.apiIds,
      algorithm: wanted.algorithm,
      plan_id: wanted.planId,
      created: count('created'),
      duplicates: count('duplicate'),
      invalid: count('invalid'),
    },
  })
  const made = judged.flatMap((each, index) =>
    each.kind === 'candidate' && outcomes[index]?.outcome === 'created' ? [each.tag] : [],
  )
  if (made.length === 0) return 0
  return appendChange(tx, {
    workspaceId: caller.workspaceId,
    kind: 'edit',
    subjectType: 'key_batch',
    subjectId: wanted.appId,
    detail: { public_ids: made, import_forms: [{ form: form.form, pepper_version: form.pepperVersion }] },
  })
}
