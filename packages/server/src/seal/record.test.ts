import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { closeRecord, kekVersionOf, openRecord, type Place } from './record.ts'
import { newKeyBytes, workingKey } from './working-key.ts'

const place: Place = {
  workspaceId: 'wsp_a',
  table: 'vault_provider_key_version',
  recordId: 'pvk_1',
  version: 2,
  kind: 'provider_key',
}
const kek = workingKey(newKeyBytes())
const secret = Buffer.from('the upstream credential')
const sealed = closeRecord(kek, 7, place, secret)

describe('a sealed record', () => {
  test('opens in its own place', () => {
    expect(Buffer.from(openRecord(kek, place, sealed)).toString()).toBe('the upstream credential')
    expect(kekVersionOf(sealed)).toBe(7)
  })

  test.each<Partial<Place>>([
    { workspaceId: 'wsp_b' },
    { table: 'vault_secret' },
    { recordId: 'pvk_2' },
    { version: 1 },
    { version: 3 },
    { kind: 'note' },
    // Characters moved over the border between two parts.
    { table: 'vault_provider_key_versionp', recordId: 'vk_1' },
  ])('does not open with %o', (difference) => {
    expect(() => openRecord(kek, { ...place, ...difference }, sealed)).toThrow(
      expect.objectContaining({ reason: 'unreadable' }),
    )
  })

  test('does not open under another key', () => {
    expect(() => openRecord(workingKey(newKeyBytes()), place, sealed)).toThrow(
      expect.objectContaining({ reason: 'unreadable' }),
    )
  })

  test('does not open with any one byte changed', () => {
    for (let at = 0; at < sealed.length; at += 1) {
      const changed = Uint8Array.from(sealed)
      changed[at] = (changed[at] ?? 0) ^ 0x01
      expect(() => openRecord(kek, place, changed), `byte ${at}`).toThrow(
        expect.objectContaining({ reason: 'unreadable' }),
      )
    }
  })

  test('does not open cut to any length', () => {
    for (let length = 0; length < sealed.length; length += 1) {
      expect(() => openRecord(kek, place, sealed.subarray(0, length)), `${length} bytes`).toThrow(
        expect.objectContaining({ reason: 'unreadable' }),
      )
    }
  })

  test('does not open with the data key of another version of the same record', () => {
    const older = closeRecord(kek, 7, { ...place, version: 1 }, secret)
    const dataAt = sealed.length - secret.length - 60
    const mixed = Buffer.concat([sealed.subarray(0, dataAt), older.subarray(dataAt)])
    expect(() => openRecord(kek, place, mixed)).toThrow(expect.objectContaining({ reason: 'unreadable' }))
  })

  test('holds an empty and a large value', () => {
    for (const value of [new Uint8Array(0), randomBytes(100_000)]) {
      expect(Buffer.from(openRecord(kek, place, closeRecord(kek, 1, place, value))).equals(value)).toBe(true)
    }
  })

  test('never looks the same twice', () => {
    const again = closeRecord(kek, 7, place, secret)
    expect(Buffer.from(again.subarray(37)).equals(sealed.subarray(37))).toBe(false)
    expect(Buffer.from(again.subarray(-39)).equals(sealed.subarray(-39))).toBe(false)
  })
})
