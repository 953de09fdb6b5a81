/** The door of `vault`: provider keys. */
export { Credentials, type CredentialsOptions, type OpenedCredential } from './credentials.ts'
export { findProviderKey, sampleProviderKeys } from './find-provider-key.ts'
export type { VaultRoom } from './room.ts'
export { vaultOperations } from './routes.ts'
export { PROVIDER_KEY_KIND } from './sealed-secret.ts'
