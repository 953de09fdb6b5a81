import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { entryFields, storedLeaf, type EntryColumns } from './entry-fields.ts'
import { commitmentOf, leafOf } from './leaf.ts'

const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest()
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

const columns: EntryColumns = {
  at: new Date('2026-11-24T01:02:03.004Z'),
  workspace_id: 'wsp_1',
  actor_type: 'operator',
  actor_id: 'adm_1',
  key_id: null,
  client_ip: '192.0.2.1',
  user_agent: null,
  request_id: 'req_1',
  endpoint: 'POST /api/v1/keys',
  operation: 'keys.create',
  outcome: 'success',
  status: 201,
  duration_ms: 12,
  resource_type: 'key',
  resource_id: 'key_1',
  facts: { name: 'billing', limit: { b: 1, a: [true, null] } },
}
const salts = Object.fromEntries(
  [...entryFields(columns).keys()].map((name, index) => [name, index.toString(16).padStart(32, '0')]),
)

describe('the leaf of an entry', () => {
  const leaf = storedLeaf(sha256, columns, salts, {})

  test('is final: this one was computed apart from this code, in Python', () => {
    expect(hex(leaf)).toBe('69bb532b55ea3facb22679754aae939fb3dbfa6d6492d0cd8aacd5954d548a49')
  })

  test('does not depend on the order of members', () => {
    const turned = { ...columns, facts: { limit: { a: [true, null], b: 1 }, name: 'billing' } }
    expect(hex(storedLeaf(sha256, turned, salts, {}))).toBe(hex(leaf))
  })

  test.each([...entryFields(columns).keys()])(
    'stays when %s is erased, and changes when it is only left out',
    (name) => {
      const value = entryFields(columns).get(name) ?? ''
      const commitment = hex(commitmentOf(sha256, Buffer.from(salts[name] ?? '', 'hex'), name, value))
      const { [name]: _gone, ...otherSalts } = salts
      expect(hex(storedLeaf(sha256, columns, otherSalts, { [name]: commitment }))).toBe(hex(leaf))
      expect(hex(storedLeaf(sha256, columns, otherSalts, {}))).not.toBe(hex(leaf))
    },
  )

  test('changes with a value, and with a fact that was slipped in', () => {
    expect(hex(storedLeaf(sha256, { ...columns, status: 200 }, salts, {}))).not.toBe(hex(leaf))
    expect(hex(storedLeaf(sha256, { ...columns, facts: { ...columns.facts, extra: 1 } }, salts, {}))).not.toBe(
      hex(leaf),
    )
  })

  test('begins with 0x00, so that no inner node can pass for it', () => {
    expect(hex(leafOf(sha256, new Map()))).toBe(hex(sha256(Uint8Array.of(0))))
  })
})

test('a commitment tells fields from values: characters cannot move over the border', () => {
  const salt = new Uint8Array(16)
  expect(hex(commitmentOf(sha256, salt, 'ab', 'c'))).not.toBe(hex(commitmentOf(sha256, salt, 'a', 'bc')))
})
