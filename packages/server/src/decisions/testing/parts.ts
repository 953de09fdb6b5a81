/** A key that may do what is asked, for tests to spoil. */
import { compileScopes, type KeyPart, type VersionPart } from '@claviger/core'

export const version: VersionPart = {
  number: 1,
  publicId: '0123456789AZ',
  pepperVersion: 1,
  digest: new Uint8Array(32),
  expiresAtMs: undefined,
  revokedAtMs: undefined,
}

export function keyWith(members: Partial<KeyPart> = {}): KeyPart {
  return {
    id: 'key_1',
    workspace: { current: { id: 'wsp_1', disabledAtMs: undefined } },
    app: {
      current: {
        id: 'app_1',
        workspaceId: 'wsp_1',
        name: 'shop',
        owner: undefined,
        plan: undefined,
        limits: [],
        disabledAtMs: undefined,
      },
    },
    apis: [],
    environment: 'live',
    scopes: compileScopes(['read']),
    roles: [],
    plan: undefined,
    apiVersion: undefined,
    notBeforeAtMs: undefined,
    expiresAtMs: undefined,
    dormantAtMs: undefined,
    disabledAtMs: undefined,
    deletedAtMs: undefined,
    revokedAtMs: undefined,
    restrictions: [],
    limits: [],
    versions: [version],
    ...members,
  }
}
