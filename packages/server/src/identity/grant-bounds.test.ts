import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { GrantBounds } from '#edge'
import { beyondBounds, covers, mintBounds, UNBOUNDED, type WantedBounds } from './grant-bounds.ts'

const APIS = ['api_a', 'api_b', 'api_c', 'api_d', 'api_e']
const SCOPES = ['orders.read', 'orders.write', 'users.read', 'users.write', 'admin', 'billing:read']

const someOf = (items: readonly string[]) => fc.uniqueArray(fc.constantFrom(...items), { maxLength: items.length })
const wanted: fc.Arbitrary<WantedBounds> = fc.record({
  apiIds: fc.option(someOf(APIS)),
  scopes: fc.option(someOf(SCOPES)),
})
const granted = fc.record({ apiIds: someOf(APIS), scopes: someOf(SCOPES) })

/** Everything that bounds let through, written out: the slow truth that the code is held to. */
const apisOf = ({ apiIds }: GrantBounds): ReadonlySet<string> => new Set(apiIds ?? APIS)
const scopesOf = ({ scopes }: GrantBounds): ReadonlySet<string> =>
  new Set(scopes === undefined ? SCOPES : SCOPES.filter((scope) => covers(scopes, scope)))

describe('bounds', () => {
  test('10,000 random chains of minting: nothing that is granted at the end exceeds anybody in the chain', () => {
    fc.assert(
      fc.property(fc.array(wanted, { maxLength: 5 }), granted, (chain, grant) => {
        const minters: GrantBounds[] = [UNBOUNDED]
        for (const each of chain) {
          const minter = minters.at(-1) ?? UNBOUNDED
          const minted = mintBounds(minter, each)
          if ('problems' in minted) continue
          minters.push(minted.bounds)
        }
        const last = minters.at(-1) ?? UNBOUNDED
        const allowed = beyondBounds(last, grant).length === 0
        for (const minter of minters) {
          if (!allowed) continue
          for (const id of grant.apiIds) expect(apisOf(minter).has(id)).toBe(true)
          for (const scope of grant.scopes) expect(scopesOf(minter).has(scope)).toBe(true)
        }
        // and it is allowed whenever the last one could give it: bounds refuse no more than they must
        const could =
          grant.apiIds.every((id) => apisOf(last).has(id)) && grant.scopes.every((scope) => scopesOf(last).has(scope))
        expect(allowed).toBe(could)
      }),
      { numRuns: 10_000 },
    )
  })

  test('of what is minted are never wider than the minter, and never narrower than asked for', () => {
    fc.assert(
      fc.property(wanted, wanted, (first, second) => {
        const minter = mintBounds(UNBOUNDED, first)
        if ('problems' in minter) throw new Error('who has no bounds may give any')
        const minted = mintBounds(minter.bounds, second)
        const wanting = { apiIds: new Set(second.apiIds ?? apisOf(minter.bounds)), scopes: second.scopes ?? undefined }
        const isWithin =
          [...(second.apiIds ?? [])].every((id) => apisOf(minter.bounds).has(id)) &&
          [...(second.scopes ?? [])].every((scope) => scopesOf(minter.bounds).has(scope))
        expect('bounds' in minted).toBe(isWithin)
        if ('problems' in minted) return
        expect([...apisOf(minted.bounds)].toSorted()).toEqual([...wanting.apiIds].toSorted())
        for (const scope of scopesOf(minted.bounds)) expect(scopesOf(minter.bounds).has(scope)).toBe(true)
      }),
      { numRuns: 2_000 },
    )
  })

  test('name each thing that lies beyond them, by its place', () => {
    const bounds: GrantBounds = { apiIds: new Set(['api_a']), scopes: ['orders.read'] }
    const grant = { apiIds: ['api_b', 'api_a', 'api_c'], scopes: ['admin', 'orders.read'] }
    expect(beyondBounds(bounds, grant).map((problem) => problem.pointer)).toEqual([
      '/api_ids/0',
      '/api_ids/2',
      '/scopes/0',
    ])
  })

  test.each([
    { held: ['orders.*'], wanted: 'orders.read', within: true },
    { held: ['orders.*'], wanted: 'orders.items.*', within: true },
    { held: ['orders.*'], wanted: 'invoices.read', within: false },
    { held: ['orders.*'], wanted: '*', within: false },
    { held: ['orders.read'], wanted: 'orders.*', within: false },
    { held: ['*'], wanted: 'orders.*', within: true },
  ])('of scopes $held let $wanted through: $within', ({ held, wanted, within }) => {
    const beyond = beyondBounds({ apiIds: undefined, scopes: held }, { apiIds: [], scopes: [wanted] })
    expect(beyond.length === 0).toBe(within)
  })

  test('that are empty let nothing through, and no bounds everything', () => {
    const nothing: GrantBounds = { apiIds: new Set(), scopes: [] }
    const grant = { apiIds: ['api_a'], scopes: ['admin'] }
    expect(beyondBounds(nothing, grant)).toHaveLength(2)
    expect(beyondBounds(nothing, { apiIds: [], scopes: [] })).toEqual([])
    expect(beyondBounds(UNBOUNDED, grant)).toEqual([])
  })
})
