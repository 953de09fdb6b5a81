/** Made by `npm run tables` from the migrated database: do not edit. */

export interface Tables {}
