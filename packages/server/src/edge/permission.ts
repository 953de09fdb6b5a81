/**
 * Everything an operator may be allowed to do, named `<resource>.<verb>`. Each operation asks for exactly one of these;
 * roles (in `identity`) are sets of them.
 */

interface PermissionFacts {
  /** For people: what it lets them do. */
  readonly what: string
  /** Concerns the installation, so it is held only by operators of the first workspace. */
  readonly installation?: true
  /** Changes nothing. */
  readonly reads?: true
}

export const PERMISSIONS = {
  'workspaces.read': { what: 'See the workspace and its rules.', reads: true },
  'workspaces.create': { what: 'Make another workspace.', installation: true },
  'workspaces.update': { what: 'Change the rules of a workspace.' },
  'apps.read': { what: 'See apps.', reads: true },
  'apps.create': { what: 'Make apps.' },
  'apps.update': { what: 'Change, disable and enable apps.' },
  'apps.delete': { what: 'Delete apps and all their keys.' },
  'apps.decommission': { what: 'End an app, or all that somebody owns, with all keys.' },
  'admin_keys.read': { what: 'See the admin keys of the workspace, without their secrets.', reads: true },
  'admin_keys.create': { what: 'Make admin keys.' },
  'admin_keys.revoke': { what: 'Revoke admin keys.' },
  'apis.read': { what: 'See apis.', reads: true },
  'apis.create': { what: 'Make apis.' },
  'apis.update': { what: 'Change apis.' },
  'apis.delete': { what: 'Delete apis.' },
  'plans.read': { what: 'See plans.', reads: true },
  'plans.create': { what: 'Make plans.' },
  'plans.update': { what: 'Change plans, and so the limits of all keys on them.' },
  'plans.delete': { what: 'Delete plans that nobody is on.' },
  'roles.read': { what: 'See roles of keys.', reads: true },
  'roles.create': { what: 'Make roles of keys.' },
  'roles.update': { what: 'Change roles, and so what all keys that hold them may do.' },
  'roles.delete': { what: 'Delete roles that no key holds.' },
  'keys.read': { what: 'See keys, without their secrets.', reads: true },
  'keys.create': { what: 'Make keys.' },
  'keys.update': { what: 'Change what keys may do.' },
  'keys.rotate': { what: 'Give keys a new secret.' },
  'keys.revoke': { what: 'Revoke keys.' },
  'keys.delete': { what: 'Delete keys, and restore them within the window.' },
  'keys.verify': { what: 'Ask whether a presented key is good.' },
  'provider_keys.read': { what: 'See provider keys, without their secrets.', reads: true },
  'provider_keys.create': { what: 'Store provider keys.' },
  'provider_keys.update': { what: 'Change where provider keys may be sent and who may use them.' },
  'provider_keys.rotate': { what: 'Replace the secret of provider keys.' },
  'provider_keys.delete': { what: 'Delete provider keys.' },
  'routes.read': { what: 'See routes.', reads: true },
  'routes.create': { what: 'Make routes.' },
  'routes.update': { what: 'Change routes.' },
  'routes.delete': { what: 'Delete routes.' },
  'models.read': { what: 'See models.', reads: true },
  'models.create': { what: 'Make models.' },
  'models.update': { what: 'Change models.' },
  'models.delete': { what: 'Delete models.' },
  'audit.read': { what: 'Read the audit log and the decisions.', reads: true },
  'decisions.explain': { what: 'See why a call would be allowed or refused.', reads: true },
  'decisions.dry_run': { what: 'Try a change against the decisions of the last days.', reads: true },
  'probes.read': {
    what: 'See what was refused before it was known who asked.',
    reads: true,
    installation: true,
  },
  'shield.read': { what: 'See whom the shield makes wait.', reads: true },
  'shield.lift': { what: 'End blocks of the shield.' },
  'usage.read': { what: 'Read usage.', reads: true },
  'credits.read': { what: 'See balances of credits and their ledgers.', reads: true },
  'credits.grant': { what: 'Grant credits.' },
  'credits.refund': { what: 'Give back credits that were spent.' },
  'credits.adjust': { what: 'Correct what was granted or refunded.' },
  'status.read': { what: 'See how the server is doing.', reads: true },
  'nodes.read': { what: 'See the processes of the installation.', reads: true, installation: true },
  'nodes.settle': { what: 'Settle what lost processes held of credits.', installation: true },
  'seal.read': { what: 'Check the keys of the seal.', reads: true, installation: true },
  'seal.rotate': { what: 'Rotate keyring and pepper.', installation: true },
} as const satisfies Record<string, PermissionFacts>

export type Permission = keyof typeof PERMISSIONS

/** All of them, in the order of the table. */
export const ALL_PERMISSIONS: readonly Permission[] = Object.keys(PERMISSIONS).filter(isPermission)

export function isPermission(text: string): text is Permission {
  return Object.hasOwn(PERMISSIONS, text)
}

export function permissionFacts(permission: Permission): PermissionFacts {
  return PERMISSIONS[permission]
}
