/**
 * Random grants through minter, catalogue, maximum and roles together: nothing that is accepted lets a key do what its
 * minter may not give or its apis do not let. The judge is an oracle that tries every concrete scope.
 */
import { ClavigerError } from '@claviger/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { GrantBounds } from '#edge'
import { UNBOUNDED } from '#identity'
import { createApi, updateApi } from './apis.ts'
import { ALL, checkBounds, checkGrant, type Grant } from './check-grant.ts'
import { checkRoleBounds } from './check-roles.ts'
import { compileApi, compileKey, compileRole } from './compile.ts'
import { createKey } from './create-key.ts'
import { deleteKey, restoreKey } from './delete-key.ts'
import { maximumFromRow } from './maximum.ts'
import { createRole, deleteRole, updateRole } from './roles.ts'
import type { Caller } from './room.ts'
import { selectAnyRole } from './rows-roles.ts'
import { selectAnyApi, type SnapshotRow } from './rows.ts'
import {
  allowedTo,
  ANYTHING,
  CATALOGUED,
  createDice,
  holds,
  isLet,
  mayGive,
  type OracleApi,
} from './testing/grant-oracle.ts'
import { openTestKeys, plainKey, type TestKeys } from './testing/open-keys.ts'
import { updateKey } from './update-key.ts'

const DAY_MS = 86_400_000
const ROW: SnapshotRow = {
  id: 'key_1',
  workspace_id: 'wsp_1',
  app_id: 'app_1',
  plan_id: null,
  environment: 'live',
  api_ids: [],
  scopes: [],
  role_ids: [],
  restrictions: [],
  created_at: new Date(0),
  limits: [],
  not_before: null,
  expires_at: null,
  disabled_at: null,
  dormant_at: null,
  deleted_at: null,
  revoked_at: null,
  asked_number: 1,
  number: 1,
  public_id: 'abcdefghijkl',
  pepper_version: 1,
  digest: Buffer.alloc(32),
  version_expires_at: null,
  version_revoked_at: null,
  position: 1,
}
const APP = { id: 'app_1', workspaceId: 'wsp_1', name: 'app', owner: undefined, limits: [], plan: undefined }
const AROUND = {
  workspace: { current: { id: 'wsp_1', disabledAtMs: undefined } },
  app: { current: { ...APP, disabledAtMs: undefined } },
  plan: undefined,
}
let it: TestKeys
let dice: ReturnType<typeof createDice>
let count = 0
beforeAll(async () => {
  it = await openTestKeys()
  dice = createDice(20_261_201)
})
afterAll(async () => it.dispose())

const nullable = <Item>(share: number, item: () => Item): Item | null => (dice.next() < share ? item() : null)
const someMaximum = () =>
  nullable(0.4, () => ({
    scopes: nullable(0.9, () => [...dice.some(ANYTHING, 8)]),
    lifetime_seconds: null,
    required_restrictions: [],
  }))
const someBounds = (apiIds: readonly string[]): GrantBounds => ({
  apiIds: nullable(0.4, () => new Set(dice.some(apiIds, 3))) ?? undefined,
  scopes: nullable(0.6, () => dice.some(ANYTHING, 8)) ?? undefined,
})
const callerOf = (bounds: GrantBounds): Caller => ({ ...it.caller, operator: { bounds } })
const newRole = async (): Promise<string> => {
  const wanted = { name: `role ${++count}`, description: '', scopes: dice.some(ANYTHING, 3) }
  return (await createRole(it.room, it.caller, wanted)).result.id
}

async function newApi(): Promise<string> {
  const wanted = { prefix: 'demo', onFeedLoss: { mode: 'deny' as const }, limits: [] }
  const [scopes, maximum] = [dice.some(CATALOGUED, 12), someMaximum()]
  return (await createApi(it.room, it.caller, { ...wanted, name: `api ${++count}`, scopes, maximum })).id
}
const times = async (amount: number, make: () => Promise<string>): Promise<readonly string[]> =>
  inTurn(Array.from({ length: amount }), make)
/** One after the other, so that the dice fall in order. */
async function inTurn<Item, Made>(items: readonly Item[], make: (item: Item) => Promise<Made | undefined>) {
  const made: Made[] = []
  for (const item of items) {
    const one = await make(item)
    if (one !== undefined) made.push(one)
  }
  return made
}

/** What `error` says may not be done; anything else is a fault of ours. */
function isRefusal(error: unknown): true {
  if (error instanceof ClavigerError && ['validation_failed', 'conflict', 'not_found'].includes(error.code)) return true
  throw error
}

/** At each api the maximum bounds it; where none is named, that of one of them. */
function isWithinApis(place: string, held: Pick<Grant, 'apiIds' | 'scopes'>, apis: readonly OracleApi[]): boolean {
  const [at = '', scope = ''] = place.split(' ')
  return apis.some(
    (api) =>
      held.apiIds.includes(api.id) &&
      (at === '-' || at === api.id) &&
      isLet(api, scope) &&
      (held.scopes.includes(scope) || holds(api.scopes, scope)),
  )
}

/** Whether somebody with these bounds may give it; where no api is named, to be good at all of the key's. */
function isGiven(place: string, apiIds: readonly string[], bounds: GrantBounds): boolean {
  const [at = '', scope = ''] = place.split(' ')
  return (at === '-' ? apiIds : [at]).some((id) => mayGive(bounds, id, scope))
}

interface World {
  readonly apiIds: readonly string[]
  readonly roleIds: readonly string[]
}

type Tried = Pick<Grant, 'apiIds' | 'scopes' | 'roleIds' | 'grantReason' | 'expiresAt'>

function someGrant(apiIds: readonly string[], roleIds: readonly string[]): Tried {
  return {
    apiIds: [...new Set([dice.one(apiIds), ...dice.some(apiIds, 1)])],
    scopes: dice.some(ANYTHING, 2),
    roleIds: dice.some(roleIds, 2),
    grantReason: nullable(0.9, () => 'It is needed.'),
    expiresAt: nullable(0.9, () => new Date(it.identity.clockMs + DAY_MS)),
  }
}

describe('10,000 random grants', () => {
  const WORLDS = 25
  const GRANTS = 400
  const tally = { accepted: 0, refused: 0, byRole: 0 }

  test(
    'never exceed minter, catalogue or maximum, nor after roles and maxima are edited',
    { timeout: 240_000 },
    async () => {
      for (let world = 0; world < WORLDS; world++) {
        const ids: World = { apiIds: await times(3, newApi), roleIds: await times(5, newRole) }
        const { apiIds, roleIds } = ids
        const minters = Array.from({ length: 5 }, () => someBounds(apiIds))
        const accepted = await tryGrants(ids, minters)
        await check(accepted, ids)
        for (const roleId of roleIds)
          await updateRole(
            it.room,
            it.caller,
            { roleId, expectedRevision: undefined },
            { scopes: dice.some(ANYTHING, 4) },
          )
        for (const apiId of apiIds) {
          const target = { apiId, expectedRevision: undefined }
          await updateApi(it.room, it.caller, target, { maximum: someMaximum(), scopes: dice.some(CATALOGUED, 12) })
        }
        // the roles are no longer those that were granted
        await check(
          accepted.map(({ grant }) => ({ grant, minter: undefined })),
          ids,
        )
      }
      expect(tally.accepted + tally.refused).toBe(WORLDS * GRANTS)
      expect(Math.min(tally.accepted, tally.refused, tally.byRole)).toBeGreaterThan(1_000)
    },
  )

  interface Accepted {
    readonly grant: Tried
    /** Undefined: of no matter. */
    readonly minter: GrantBounds | undefined
  }

  /** Through the checks that a creation makes, over the rows as they stand. */
  async function tryGrants({ apiIds, roleIds }: World, minters: readonly GrantBounds[]): Promise<readonly Accepted[]> {
    const { workspaceId } = it.caller
    const accepted: Accepted[] = []
    await it.room.store.transaction(async (tx) => {
      const createdAt = new Date(it.identity.clockMs)
      for (let tried = 0; tried < GRANTS; tried++) {
        const [grant, minter] = [someGrant(apiIds, roleIds), dice.one(minters)]
        const caller = callerOf(minter)
        try {
          checkBounds(caller, grant)
          const { roles } = await checkGrant(tx, workspaceId, { ...grant, restrictions: [], createdAt, touched: ALL })
          checkRoleBounds(caller, roles)
          accepted.push({ grant, minter })
          tally.accepted++
        } catch (error) {
          if (isRefusal(error)) tally.refused++
        }
      }
    })
    return accepted
  }

  async function check(accepted: readonly Accepted[], ids: World): Promise<void> {
    const { db } = it.room.store
    const apiRows = new Map((await inTurn(ids.apiIds, async (id) => selectAnyApi(db, id))).map((row) => [row.id, row]))
    const roleRows = new Map(
      (await inTurn(ids.roleIds, async (id) => selectAnyRole(db, id))).map((row) => [row.id, row]),
    )
    const apis = [...apiRows.values()].map((row) => ({ ...row, maximum: maximumFromRow(row.maximum) }))
    for (const { grant, minter } of accepted) {
      const row: SnapshotRow = { ...ROW, api_ids: grant.apiIds, role_ids: grant.roleIds, scopes: grant.scopes }
      const key = compileKey(row, [row], {
        ...AROUND,
        apis: grant.apiIds.flatMap((id) => apiRows.get(id) ?? []).map((api) => ({ current: compileApi(api) })),
        roles: grant.roleIds.flatMap((id) => roleRows.get(id) ?? []).map((role) => ({ current: compileRole(role) })),
      })
      for (const place of allowedTo(key, { apiIds: ids.apiIds, nowMs: it.identity.clockMs })) {
        const story = (): string =>
          JSON.stringify({
            place,
            grant,
            apis,
            may: minter && [...(minter.apiIds ?? ['*']), '/', minter.scopes ?? '*'],
          })
        if (!isWithinApis(place, grant, apis)) expect.fail(`beyond its apis: ${story()}`)
        if (minter !== undefined && !isGiven(place, grant.apiIds, minter)) expect.fail(`beyond its minter: ${story()}`)
        if (!holds(grant.scopes, place.split(' ')[1] ?? '')) tally.byRole++
      }
    }
  }
})

describe('keys that are out', () => {
  const CHANGES = 250

  /** What each key may, read as a door reads it; deleted ones as if they were restored, which is no grant. */
  async function allowedNow(apiIds: readonly string[]): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
    const [head] = await it.room.store.raw('select feed_position() as position', [])
    await it.identity.feed.reached(Number(head?.['position']))
    const rows = await it.room.store.db.selectFrom('keys_key').select('id').execute()
    const parts = await it.snapshots.read(
      it.caller.workspaceId,
      rows.map(({ id }) => id),
    )
    return new Map(
      [...parts].map(([id, key]) => [
        id,
        allowedTo({ ...key, deletedAtMs: undefined }, { apiIds, nowMs: it.identity.clockMs }),
      ]),
    )
  }

  test(
    'get nothing by a random change that who makes it may not give, and no wildcard without a reason',
    { timeout: 240_000 },
    async () => {
      const { room } = it
      const { db } = room.store
      const ids: World = { apiIds: await times(3, newApi), roleIds: await times(5, newRole) }
      const roleIds = [...ids.roleIds]
      const tally = { made: 0, refused: 0, widened: 0 }
      for (let made = 0; made < 8; made++) {
        const grantReason = nullable(0.9, () => 'It is needed.')
        await createKey(room, it.caller, { ...plainKey(it.appId, dice.one(ids.apiIds)), scopes: [], grantReason })
      }
      let before = await allowedNow(ids.apiIds)
      for (let change = 0; change < CHANGES; change++) {
        // the others are there to keep the world rich
        const bounds = dice.next() < 0.5 ? UNBOUNDED : someBounds(ids.apiIds)
        const caller = callerOf(bounds)
        const keyIds = (await db.selectFrom('keys_key').select('id').execute()).map(({ id }) => id)
        const [keyId, roleId, apiId] = [dice.one([...keyIds, 'key_0']), dice.one(roleIds), dice.one(ids.apiIds)]
        const key = { keyId, expectedRevision: undefined }
        const role = { roleId, expectedRevision: undefined }
        const ways: readonly (() => Promise<unknown>)[] = [
          async () => createKey(room, caller, { ...plainKey(it.appId, apiId), ...someGrant(ids.apiIds, roleIds) }),
          async () => createKey(room, caller, { ...plainKey(it.appId, apiId), scopes: [], roleIds: [roleId] }),
          async () => updateKey(room, caller, key, { roleIds: dice.some(roleIds, 2) }),
          async () => updateKey(room, caller, key, { apiIds: [apiId], scopes: dice.some(ANYTHING, 2) }),
          async () => updateKey(room, caller, key, { grantReason: nullable(0.8, () => 'It is needed.') }),
          async () => updateRole(room, caller, role, { scopes: dice.some(ANYTHING, 8) }),
          async () => updateRole(room, caller, role, { scopes: dice.some(ANYTHING, 8) }),
          async () =>
            updateApi(room, caller, { apiId, expectedRevision: undefined }, { scopes: dice.some(CATALOGUED, 12) }),
          async () => updateApi(room, caller, { apiId, expectedRevision: undefined }, { maximum: someMaximum() }),
          async () => (dice.next() < 0.3 ? deleteKey(room, caller, key) : restoreKey(room, caller, keyId)),
          async () => {
            await deleteRole(room, caller, role)
            roleIds[roleIds.indexOf(roleId)] = await newRole()
          },
        ]
        const way = dice.one(ways)
        try {
          await way()
          tally.made++
        } catch (error) {
          if (isRefusal(error)) tally.refused++
        }
        const after = await allowedNow(ids.apiIds)
        const rows = await db.selectFrom('keys_key').select(['id', 'api_ids']).execute()
        for (const { id, api_ids: apiIds } of rows) {
          for (const place of after.get(id) ?? []) {
            if (before.get(id)?.has(place) === true) continue
            tally.widened++
            const story = `${id} got ${place} by ${String(way)}, within ${[...(bounds.apiIds ?? '*')]} ${bounds.scopes}`
            if (!isGiven(place, apiIds, bounds)) expect.fail(story)
          }
        }
        before = after
        expect(await unreasonedWildcards()).toEqual([])
      }
      expect(Math.min(tally.made, tally.refused, tally.widened), JSON.stringify(tally)).toBeGreaterThan(50)
    },
  )

  async function unreasonedWildcards(): Promise<readonly unknown[]> {
    return it.room.store.raw(
      `select id from keys_key key
        where grant_reason is null and revoked_at is null
          and (exists (select from unnest(scopes) held where held like '%*%')
               or exists (select from keys_role role, unnest(role.scopes) held
                           where role.id = any(key.role_ids) and role.deleted_at is null and held like '%*%'))`,
      [],
    )
  }
})
