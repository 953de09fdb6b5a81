/** The door of `vault`: provider keys. */
export { createProviderKey } from './create-provider-key.ts'
export { Credentials, type CredentialsOptions, type OpenedCredential } from './credentials.ts'
export { findProviderKey, registerVaultSamples } from './find-provider-key.ts'
export type { VaultRoom } from './room.ts'
export { vaultOperations } from './routes.ts'
