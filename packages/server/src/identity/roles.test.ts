import { ALL_PERMISSIONS, permissionFacts } from '#edge'
import { describe, expect, test } from 'vitest'
import { permissionsOf, ROLE_NAMES } from './roles.ts'

const home = { isHome: true }
const tenant = { isHome: false }

describe('roles', () => {
  test('an owner of the first workspace holds every permission', () => {
    expect([...permissionsOf('owner', home)]).toEqual(ALL_PERMISSIONS)
  })

  test('an operator holds what an owner holds but admin keys, workspaces and the seal', () => {
    const held = permissionsOf('operator', home)
    const missing = ALL_PERMISSIONS.filter((permission) => !held.has(permission))
    expect(missing).toEqual([
      'workspaces.create',
      'workspaces.update',
      'admin_keys.read',
      'admin_keys.create',
      'admin_keys.revoke',
      'seal.read',
      'seal.rotate',
    ])
  })

  test('an auditor changes nothing', () => {
    for (const permission of permissionsOf('auditor', home)) expect(permissionFacts(permission).reads).toBe(true)
    expect(permissionsOf('auditor', home).has('audit.read')).toBe(true)
  })

  test('with bounds, no role leads to a key without', () => {
    for (const role of ROLE_NAMES) {
      const held = permissionsOf(role, { ...home, isBounded: true })
      expect(held.has('workspaces.create')).toBe(false)
      expect([...held].every((permission) => permissionsOf(role, home).has(permission))).toBe(true)
    }
  })

  test('a verifier verifies and nothing else', () => {
    expect([...permissionsOf('verifier', home)]).toEqual(['keys.verify'])
  })

  test('no role of another workspace reaches the installation', () => {
    for (const role of ROLE_NAMES) {
      for (const permission of permissionsOf(role, tenant))
        expect(permissionFacts(permission).installation).toBeUndefined()
    }
  })

  test('a role from the future may do nothing', () => {
    expect(permissionsOf('emperor', home).size).toBe(0)
    expect(permissionsOf('constructor', home).size).toBe(0)
  })
})
