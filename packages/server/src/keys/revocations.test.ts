import { describe, expect, test } from 'vitest'
import type { Change } from '#feed'
import { KeyChanges } from './key-changes.ts'
import { Revocations } from './revocations.ts'

const change = (position: number, members: Partial<Change>): Change => ({
  workspaceId: 'wsp_1',
  kind: 'edit',
  subjectType: 'key',
  subjectId: 'key_1',
  detail: {},
  position,
  atMs: 0,
  ...members,
})

describe('a revocation', () => {
  test('is not undone by an edit that stood before it and is heard of after it', () => {
    const revocations = new Revocations()
    revocations.mark(change(6, { kind: 'revocation' }))
    revocations.mark(change(5, {}))
    expect(revocations.has('key_1')).toBe(true)
    revocations.mark(change(7, {}))
    expect(revocations.has('key_1')).toBe(false)
  })

  test('of an app stands until the app was read again after it was enabled', () => {
    const revocations = new Revocations()
    const app = { subjectType: 'app', subjectId: 'app_1' } as const
    revocations.mark(change(1, { ...app, kind: 'revocation' }))
    revocations.mark(change(2, app))
    revocations.settle(() => true)
    expect(revocations.has('app_1')).toBe(true)
    revocations.settle(() => false)
    expect(revocations.has('app_1')).toBe(false)
  })

  test('of another log stands until everything was read again', () => {
    const revocations = new Revocations()
    revocations.mark(change(9, { kind: 'revocation' }))
    revocations.distrust()
    revocations.mark(change(1, { kind: 'revocation', subjectId: 'key_2' }))
    expect(revocations.has('key_1')).toBe(true)
    revocations.forgetDistrusted()
    expect([revocations.has('key_1'), revocations.has('key_2')]).toEqual([false, true])
  })
})

test('a change of a key that is heard of late does not hide a later one', () => {
  const changes = new KeyChanges()
  changes.note('key_1', 6)
  changes.note('key_1', 5)
  expect([5, 6].map((position) => changes.overtook('key_1', position))).toEqual([true, false])
  changes.clear()
  expect(changes.overtook('key_1', 1)).toBe(false)
})
