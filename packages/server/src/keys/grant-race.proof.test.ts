/** Granting for an api while what may be granted for it is lowered: one after the other, over two connections. */
import { ClavigerError } from '@claviger/core'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Tx } from '#store'
import { deleteApi, updateApi } from './apis.ts'
import { createKey } from './create-key.ts'
import { importKeys } from './import-keys.ts'
import { lockApi, shareApis, updateApiRow } from './rows.ts'
import { itemOf } from './testing/imports.ts'
import { openTestKeys, plainKey, type TestKeys } from './testing/open-keys.ts'
import { updateKey } from './update-key.ts'

const MOST = { scopes: ['a.read'], lifetime_seconds: null, required_restrictions: [] }
const target = (keyId: string) => ({ keyId, expectedRevision: undefined })

let it: TestKeys
let apiId: string
let count = 0
beforeAll(async () => {
  it = await openTestKeys()
})
afterAll(async () => it.dispose())
beforeEach(async () => {
  apiId = await it.newApi(`race ${++count}`)
})

/** Begins a transaction, and holds it open until `end`. */
async function held(work: (tx: Tx) => Promise<unknown>) {
  const begun = Promise.withResolvers<void>()
  const ending = Promise.withResolvers<void>()
  const done = it.identity.store.transaction(async (tx) => {
    await work(tx)
    begun.resolve()
    await ending.promise
  })
  await Promise.race([begun.promise, done])
  return async () => {
    ending.resolve()
    await done
  }
}

async function waits(work: Promise<unknown>): Promise<boolean> {
  const settled = work.then(
    () => false,
    () => false,
  )
  return Promise.race([settled, sleep(150).then(() => true)])
}

const lowering = async () =>
  held(async (tx) => {
    const row = await lockApi(tx, it.caller.workspaceId, apiId)
    await updateApiRow(tx, row?.id ?? '', { maximum: JSON.stringify(MOST) })
  })
const wide = () => ({ ...plainKey(it.appId, apiId), scopes: ['a.write'] })

describe('while the maximum of an api is being lowered', () => {
  test('a key that it will not allow waits, and is refused', async () => {
    const end = await lowering()
    const creating = createKey(it.room, it.caller, wide())
    expect(await waits(creating)).toBe(true)
    await end()
    await expect(creating).rejects.toMatchObject({ code: 'validation_failed', errors: [{ pointer: '/scopes/0' }] })
  })

  test('a key that is given more of it waits, and is refused; one that is renamed does not wait', async () => {
    const { key } = await it.issue({ apiIds: [apiId] })
    const end = await lowering()
    await updateKey(it.room, it.caller, target(key.id), { name: 'renamed' })
    const adding = updateKey(it.room, it.caller, target(key.id), { scopes: ['a.read', 'a.write'] })
    expect(await waits(adding)).toBe(true)
    await end()
    await expect(adding).rejects.toMatchObject({ code: 'validation_failed', errors: [{ pointer: '/scopes/1' }] })
  })

  test('an import waits, and takes what is allowed then', async () => {
    const end = await lowering()
    const items = ['a.read', 'a.write'].map((scope, index) => itemOf(`${index}`.repeat(64), { scopes: [scope] }))
    const importing = importKeys(it.room, it.caller, {
      appId: it.appId,
      apiIds: [apiId],
      planId: null,
      algorithm: 'sha256',
      encoding: 'hex',
      items,
    })
    expect(await waits(importing)).toBe(true)
    await end()
    expect((await importing).outcomes.map(({ outcome }) => outcome)).toEqual(['created', 'invalid'])
  })

  test('keys of other apis are granted', async () => {
    const end = await lowering()
    await it.issue({ scopes: ['a.write'] })
    await end()
  })
})

describe('while a key is being granted', () => {
  const granting = async () => held(async (tx) => shareApis(tx, it.caller.workspaceId, [apiId]))
  const api = () => ({ apiId, expectedRevision: undefined })

  test('others are granted beside it', async () => {
    const end = await granting()
    await createKey(it.room, it.caller, wide())
    await end()
  })

  test('the maximum is lowered after it', async () => {
    const end = await granting()
    const lowered = updateApi(it.room, it.caller, api(), { maximum: MOST })
    expect(await waits(lowered)).toBe(true)
    await end()
    expect((await lowered).result.maximum).toEqual(MOST)
  })

  test('the api is not deleted under it', async () => {
    const end = await granting()
    const deleting = deleteApi(it.room, it.caller, { apiId, expectedRevision: undefined })
    expect(await waits(deleting)).toBe(true)
    await createKey(it.room, it.caller, wide())
    await end()
    await expect(deleting).rejects.toMatchObject({ code: 'conflict' })
  })
})

test('forty grants and edits of two apis at once wait for each other, and never in a circle', async () => {
  const other = await it.newApi(`race ${++count}`)
  const apis = [apiId, other]
  const grants = Array.from({ length: 30 }, async (_, index) =>
    createKey(it.room, it.caller, { ...wide(), apiIds: index % 2 === 0 ? apis : apis.toReversed() }).then(
      () => 'granted',
      (thrown: unknown) => (ClavigerError.is(thrown) ? thrown.code : thrown),
    ),
  )
  const edits = Array.from({ length: 10 }, async (_, index) =>
    updateApi(
      it.room,
      it.caller,
      { apiId: apis[index % 2] ?? '', expectedRevision: undefined },
      { maximum: index < 6 ? MOST : null },
    ),
  )
  await Promise.all(edits)
  const outcomes = await Promise.all(grants)
  expect(outcomes.filter((outcome) => outcome !== 'granted' && outcome !== 'validation_failed')).toEqual([])
})
