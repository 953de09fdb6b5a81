import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compileScopes, type ScopeSet } from '../scope/scope-set.ts'
import { decide } from './decide.ts'
import { explain } from './explain.ts'
import { heldPatterns } from './held-scopes.ts'
import type { ApiPart, KeyPart } from './parts.ts'
import { API, ASK, KEY, VERSION } from './testing.ts'

const NAMES = ['a.read', 'a.write', 'a.x.read', 'b.read', 'b.write']
const name = fc.constantFrom(...NAMES)
const pattern = fc.constantFrom(...NAMES, '*', 'a.*', 'b.*', '*.read', 'a.*.read')
const some = <Item>(item: fc.Arbitrary<Item>) => fc.uniqueArray(item, { maxLength: 4 })

const api = fc
  .record({ catalogue: some(name), most: fc.option(some(pattern), { nil: undefined }) })
  .map(({ catalogue, most }) => ({ catalogue, most: most === undefined ? undefined : compileScopes(most) }))
const grant = fc.record({
  apis: fc.array(api, { minLength: 1, maxLength: 2 }),
  own: some(pattern),
  role: some(pattern),
})

interface Grant {
  readonly apis: readonly { readonly catalogue: readonly string[]; readonly most: ScopeSet | undefined }[]
  readonly own: readonly string[]
  readonly role: readonly string[]
}

function keyOf({ apis, own, role }: Grant): KeyPart {
  const parts = apis.map(({ catalogue, most }, index): { readonly current: ApiPart } => ({
    current: {
      ...API,
      id: `api_${index}`,
      catalogue: compileScopes(catalogue),
      maximum: { scopes: most, lifetimeMs: undefined, requiredRestrictions: [] },
    },
  }))
  const roles = [{ current: { id: 'rol_1', scopes: compileScopes(role) } }]
  return { ...KEY, apis: parts, scopes: compileScopes(own), roles }
}

describe('what an api lets count', () => {
  test('is never more than its maximum, nor what wildcards and roles mean in its catalogue: 10,000 grants', () => {
    fc.assert(
      fc.property(grant, name, fc.nat(1), (given, scope, place) => {
        const key = keyOf(given)
        const asked = given.apis[place]
        if (asked === undefined) return
        const { code } = decide(key, VERSION, { ...ASK, apiId: `api_${place}`, scopes: [scope] })
        const isHeld = compileScopes([...given.own, ...given.role]).has(scope)
        const isMeant = given.own.includes(scope) || asked.catalogue.includes(scope)
        const isLet = asked.most === undefined || asked.most.has(scope)
        expect(code).toBe(isHeld && isMeant && isLet ? 'valid' : 'scope_missing')
        const told = heldPatterns(key)
        for (const each of told.filter((one) => !one.includes('*'))) {
          expect(decide(key, VERSION, { ...ASK, apiId: undefined, scopes: [each] }).code).toBe('valid')
        }
      }),
      { numRuns: 10_000 },
    )
  })

  test('is told, with what would have to change', () => {
    const key = keyOf({ apis: [{ catalogue: NAMES, most: compileScopes(['a.*']) }], own: ['*'], role: [] })
    const { checks, nearest } = explain(key, VERSION, { ...ASK, apiId: 'api_0', scopes: ['b.read'] })
    expect(checks.at(-1)?.detail).toBe('b.read is held by * of the key, but not let count by the api.')
    expect(nearest?.change).toBe('let catalogue and maximum of the api hold b.read')
  })
})
