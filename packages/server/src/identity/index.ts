/** The door of `identity`: workspaces, apps, operators. */
export {
  AdminKeyDirectory,
  type AdminKeyDirectoryOptions,
  type AdminKeyLookup,
  type KnownAdminKey,
} from './admin-key-directory.ts'
export { createAdminKey, NOBODY_ABOVE, type IssuedAdminKey, type Minter, type NewAdminKey } from './admin-keys.ts'
export { createApp } from './apps.ts'
export { appPatch, type AppPatch } from './routes/apps.ts'
export { beyondBounds, covers, isBounded, UNBOUNDED } from './grant-bounds.ts'
export { appOwners, findApp, loadAppPart, loadWorkspacePart, type StoredApp } from './parts.ts'
export { selectPepperVersions as adminKeyPepperVersions, selectAdminKeyIds } from './rows-admin-keys.ts'
export { isRole, permissionsOf, ROLE_NAMES, ROLES, type RoleName } from './roles.ts'
export type { IdentityRoom } from './room.ts'
export { identityOperations } from './routes.ts'
export { createSetupLink, hasOwner, type SetupLink } from './setup-link.ts'
export { decommissionApps, type EndedApp } from './decommission-apps.ts'
export {
  appsOnPlan,
  selectApp,
  selectAppIdsOfOwner as appIdsOfOwner,
  selectHomeWorkspace,
  selectLivingAppsOfOwner as livingAppsOfOwner,
  type AppRow,
} from './rows.ts'
export { dormancyRules, ensureFirstWorkspace, keyRules, maxKeyAgeSeconds, type KeyRules } from './workspaces.ts'
