/** The only way out with a credential: checks where it may go, resolves and pins the address, adds it, and connects. */
export { createEgress } from './create-egress.ts'
export type { EgressOptions, EgressStats, RunningEgress } from './create-egress.ts'
export type { CredentialStore, CredentialUsers, OpenedCredential } from './credential.ts'
