/**
 * Balances of credits: a ledger that is only added to, and its sum. A balance belongs to a key or an app, not to one secret of
 * a key: it survives rotation. What nodes hold in blocks is part of the balance until it is spent; it is never below 0.
 */
import { ClavigerError, isEntrySound, type CreditEntryKind } from '@claviger/core'
import { checkAbout, followAbout } from './credits-about.ts'
import { appendEntry, type Actor } from '#audit'
import type { Db, Store } from '#store'
import {
  accountsWithEnded,
  bookEntry,
  expireGrants,
  findEntry,
  lockAccount,
  selectAccount,
  selectBlocks,
  selectEntries,
  type EntryRow,
} from './rows-credits.ts'

/** Who acts, and in which workspace. */
export interface CreditCaller {
  readonly workspaceId: string
  readonly actor: Actor
}

export interface NewCreditEntry {
  /** Id of a key or an app of the workspace: the caller has looked. */
  readonly accountId: string
  readonly kind: Exclude<CreditEntryKind, 'spend'>
  /** As in `isEntrySound`: below 0 to take away. Undefined, with `about`: all that is left of that entry. */
  readonly units: number | undefined
  /** The caller's own id of this booking: who says it twice says it once. */
  readonly reference: string
  readonly note?: string | undefined
  /** Of a grant: what is left of it then expires. */
  readonly endsAt?: Date | undefined
  /** Number of the entry that is refunded, or adjusted. Both together never turn that one around. */
  readonly about?: number | undefined
}

export interface CreditLedgerEntry {
  readonly number: number
  readonly kind: CreditEntryKind
  readonly units: number
  /** After this entry. */
  readonly balance: number
  readonly reference: string
  readonly note: string | undefined
  readonly endsAt: Date | undefined
  readonly about: number | undefined
  readonly at: Date
}

export interface CreditBalance {
  /** What is neither spent nor expired, as far as it is booked. */
  readonly balance: number
  /** Of that, what nodes hold: spent already or not, their next word will tell. */
  readonly reserved: number
}

export interface OpenBlock {
  readonly nodeId: string
  readonly number: number
  readonly units: number
  /** As far as the node's spool has told. */
  readonly spent: number
  readonly openedAt: Date
}

/**
 * Books an entry; the same reference of the same kind a second time answers the first entry and changes nothing.
 *
 * @throws ClavigerError `not_found` for an account of another workspace; `conflict` when less is free than shall be taken
 *   away, when more would be refunded than was spent, or for a reference that stands for another booking already;
 *   `validation_failed` when it is about an entry that it cannot be about
 */
export async function bookCredits(
  store: Pick<Store, 'transaction'>,
  caller: CreditCaller,
  entry: NewCreditEntry,
): Promise<CreditLedgerEntry> {
  const { accountId, kind, reference } = entry
  return store.transaction(async (tx) => {
    const account = await lockAccount(tx, accountId, caller.workspaceId)
    if (account.workspace_id !== caller.workspaceId)
      throw new ClavigerError('not_found', `There is no balance of ${accountId}.`)
    const said = await findEntry(tx, accountId, { kind, reference })
    if (said !== undefined) {
      if (isSaidAgain(said, entry)) return entryFromRow(said)
      throw new ClavigerError('conflict', `The reference ${reference} stands for another ${kind} already.`)
    }
    const about = await checkAbout(tx, entry)
    const units = entry.units ?? about?.rest ?? 0
    if (!isEntrySound({ kind, units })) throw new RangeError(`a ${kind} of ${units} units is none`)
    const number = await bookEntry(tx, {
      ...entry,
      units,
      note: entry.note ?? null,
      endsAt: entry.endsAt ?? null,
      about: entry.about ?? null,
    })
    const booked = number === undefined ? undefined : await findEntry(tx, accountId, { number })
    if (booked === undefined) throw new ClavigerError('conflict', REFUSALS[kind])
    if (about !== undefined) await followAbout(tx, about.row, booked)
    await appendEntry(tx, {
      workspaceId: caller.workspaceId,
      actor: caller.actor,
      operation: `credits.${kind}`,
      outcome: 'success',
      status: 201,
      resource: { type: 'credits', id: accountId },
      values: {
        units,
        reference,
        note: entry.note,
        expires_at: entry.endsAt,
        entry: entry.about,
        number: booked.number,
        balance: booked.balance,
      },
    })
    return entryFromRow(booked)
  })
}

function isSaidAgain(said: EntryRow, { units, about, endsAt }: NewCreditEntry): boolean {
  return (
    (units ?? said.units) === said.units &&
    (about ?? null) === said.about &&
    (endsAt?.getTime() ?? null) === (said.ends_at?.getTime() ?? null)
  )
}

const REFUSALS = {
  grant: 'No balance goes beyond 9007199254740991 units.',
  refund: 'More would be refunded than was spent.',
  adjust: 'Less is free than shall be taken away: the rest is spent, or held by a process.',
  expire: 'Less is free than shall expire.',
} as const satisfies Record<NewCreditEntry['kind'], string>

/** Whether anything was ever booked there. It outlives the key or app. */
export async function hasLedger(db: Db, workspaceId: string, accountId: string): Promise<boolean> {
  return (await selectAccount(db, workspaceId, accountId)) !== undefined
}

/** Nothing was ever booked: 0. */
export async function readCredits(db: Db, workspaceId: string, accountId: string): Promise<CreditBalance> {
  const row = await selectAccount(db, workspaceId, accountId)
  return { balance: row?.booked ?? 0, reserved: row?.leased ?? 0 }
}

/** Newest first. @param before number of an entry; undefined: from the newest */
export async function listCreditEntries(
  db: Db,
  account: { readonly workspaceId: string; readonly accountId: string },
  page: { readonly before: number | undefined; readonly limit: number },
): Promise<readonly CreditLedgerEntry[]> {
  if ((await selectAccount(db, account.workspaceId, account.accountId)) === undefined) return []
  return (await selectEntries(db, account.accountId, page)).map(entryFromRow)
}

/** Blocks that are not accounted for. Those of a node whose disk is lost stay until somebody settles them by hand. */
export async function listOpenBlocks(
  db: Db,
  account: { readonly workspaceId: string; readonly accountId: string },
): Promise<readonly OpenBlock[]> {
  if ((await selectAccount(db, account.workspaceId, account.accountId)) === undefined) return []
  return (await selectBlocks(db, account.accountId)).map(({ node_id, number, units, spent, opened_at }) => ({
    nodeId: node_id,
    number,
    units,
    spent,
    openedAt: opened_at,
  }))
}

/** Lets grants that have ended expire; draws do it too, before they give anything. */
export async function expireCredits(store: Pick<Store, 'db' | 'transaction'>, now: Date): Promise<void> {
  const accountIds = await accountsWithEnded(store.db, now)
  if (accountIds.length > 0) await store.transaction(async (tx) => expireGrants(tx, accountIds, now))
}

const entryFromRow = (row: EntryRow): CreditLedgerEntry => ({
  number: row.number,
  // the table's check knows no others
  kind: row.kind as CreditEntryKind,
  units: row.units,
  balance: row.balance,
  reference: row.reference,
  note: row.note ?? undefined,
  endsAt: row.ends_at ?? undefined,
  about: row.about ?? undefined,
  at: row.at,
})
