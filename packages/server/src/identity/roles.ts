/** Roles are data: named sets of permissions. An admin key has exactly one. */
import { ALL_PERMISSIONS, permissionFacts, type Permission } from '#edge'

interface Role {
  /** For people. */
  readonly what: string
  readonly may: (permission: Permission) => boolean
}

/** Who holds the keys of the house, as opposed to what is in it. */
const OWNERS_ONLY: ReadonlySet<Permission> = new Set([
  'admin_keys.read',
  'admin_keys.create',
  'admin_keys.revoke',
  'workspaces.create',
  'workspaces.update',
  'seal.read',
  'seal.rotate',
])

export const ROLES = {
  owner: { what: 'May do everything.', may: () => true },
  operator: {
    what: 'May do everything but admin keys, workspaces and the seal.',
    may: (permission) => !OWNERS_ONLY.has(permission),
  },
  auditor: {
    what: 'May read everything and change nothing.',
    may: (permission) => permissionFacts(permission).reads === true,
  },
  verifier: {
    what: 'May ask whether a presented key is good, and nothing else.',
    may: (permission) => permission === 'keys.verify',
  },
} as const satisfies Record<string, Role>

export type RoleName = keyof typeof ROLES

export const ROLE_NAMES = ['owner', 'operator', 'auditor', 'verifier'] as const satisfies readonly RoleName[]

export function isRole(text: string): text is RoleName {
  return Object.hasOwn(ROLES, text)
}

/**
 * What a key with bounds does not get, whatever its role: each of these leads to an admin key without bounds (the link for
 * the owner of a workspace).
 */
const UNBOUNDED_ONLY: ReadonlySet<Permission> = new Set(['workspaces.create'])

/** A role that this version does not know (a newer one wrote it) may do nothing. */
export function permissionsOf(
  role: string,
  place: { readonly isHome: boolean; readonly isBounded?: boolean },
): ReadonlySet<Permission> {
  if (!isRole(role)) return new Set()
  const { may } = ROLES[role]
  return new Set(
    ALL_PERMISSIONS.filter(
      (permission) =>
        may(permission) &&
        (place.isHome || permissionFacts(permission).installation !== true) &&
        !(place.isBounded === true && UNBOUNDED_ONLY.has(permission)),
    ),
  )
}
