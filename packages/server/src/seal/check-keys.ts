/** For `claviger doctor`: is every key what it says it is, and does a sample of every kind of ciphertext open? */
import type { Db } from '#store'
import { INSTALLATION, keyId, type KeyName } from './key-id.ts'
import type { Keyring } from './keyring.ts'
import type { Place } from './record.ts'
import { selectCurrent, selectPage, selectStagedRoot, type KeyRow } from './rows.ts'

const PAGE = 500

export interface KeyCheck {
  /** `term/3`, `kek/wsp_…/1`. */
  readonly keyId: string
  readonly state: string
  /** In words; undefined: all is well. */
  readonly problem: string | undefined
}

/** Unwraps every living key anew, through parents that were checked themselves, and compares its check value. */
export async function checkKeys(db: Db, keyring: Keyring): Promise<readonly KeyCheck[]> {
  const checks: KeyCheck[] = []
  let after: KeyName | undefined
  for (;;) {
    const rows = await selectPage(db, after, PAGE)
    for (const row of rows) checks.push(await checkKey(db, keyring, row))
    after = rows.at(-1)
    if (rows.length < PAGE) return checks
  }
}

async function checkKey(db: Db, keyring: Keyring, row: KeyRow): Promise<KeyCheck> {
  // Wrapped under a seal that this server does not have.
  const isElsewhere = row.state === 'staged' && row.purpose === 'root'
  const problem = isElsewhere ? undefined : await problemOf(() => keyring.unwrap(db, row))
  return { keyId: keyId(row), state: row.state, problem }
}

/** A sealed record of some kind as it stands in the database, or undefined when there is none yet. */
export type FindSample = (db: Db) => Promise<{ readonly place: Place; readonly sealed: Uint8Array } | undefined>

export interface SampleCheck {
  readonly kind: string
  /** `none`: nothing of this kind is stored. */
  readonly outcome: 'opened' | 'none' | 'failed'
  readonly problem: string | undefined
}

/** @param open opens one sample; what it opens is thrown away */
export async function checkSamples(
  db: Db,
  finders: ReadonlyMap<string, FindSample>,
  open: (place: Place, sealed: Uint8Array) => Promise<unknown>,
): Promise<readonly SampleCheck[]> {
  const checks: SampleCheck[] = []
  for (const [kind, find] of finders) {
    let found = false
    const problem = await problemOf(async () => {
      const sample = await find(db)
      found = sample !== undefined
      if (sample !== undefined) await open(sample.place, sample.sealed)
    })
    checks.push({ kind, problem, outcome: problem !== undefined ? 'failed' : found ? 'opened' : 'none' })
  }
  return checks
}

export interface SealStatus {
  readonly sealType: string
  readonly sealId: string
  /** Set while a change of the seal waits for a start with the new one. */
  readonly stagedSealId: string | undefined
  readonly root: CurrentKey | undefined
  readonly term: CurrentKey | undefined
  readonly pepper: CurrentKey | undefined
  readonly identity: CurrentKey | undefined
}

export interface CurrentKey {
  readonly version: number
  readonly operations: number
  readonly createdAt: Date
}

export async function readStatus(db: Db, seal: { readonly type: string; readonly keyId: string }): Promise<SealStatus> {
  return {
    sealType: seal.type,
    sealId: seal.keyId,
    stagedSealId: (await selectStagedRoot(db))?.parent,
    root: currentKey(await selectCurrent(db, 'root', INSTALLATION)),
    term: currentKey(await selectCurrent(db, 'term', INSTALLATION)),
    pepper: currentKey(await selectCurrent(db, 'pepper', INSTALLATION)),
    identity: currentKey(await selectCurrent(db, 'identity', INSTALLATION)),
  }
}

function currentKey(row: KeyRow | undefined): CurrentKey | undefined {
  return row === undefined ? undefined : { version: row.version, operations: row.operations, createdAt: row.created_at }
}

async function problemOf(work: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await work()
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
