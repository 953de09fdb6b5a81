import { parseIp } from '@claviger/core'
import { describe, expect, test } from 'vitest'
import { compileKey, type JoinedParts } from './compile.ts'
import type { SnapshotRow } from './rows.ts'

const joined: JoinedParts = {
  workspace: { current: { id: 'wsp_1', disabledAtMs: undefined } },
  app: {
    current: {
      id: 'app_1',
      workspaceId: 'wsp_1',
      name: 'app',
      owner: undefined,
      limits: [],
      plan: undefined,
      disabledAtMs: undefined,
    },
  },
  apis: [],
  roles: [],
  plan: undefined,
}
const row: SnapshotRow = {
  id: 'key_1',
  workspace_id: 'wsp_1',
  app_id: 'app_1',
  plan_id: null,
  environment: 'live',
  api_ids: [],
  role_ids: [],
  scopes: ['orders.read', 'invoices.*'],
  restrictions: [],
  created_at: new Date(0),
  limits: [],
  not_before: null,
  expires_at: null,
  disabled_at: null,
  revoked_at: null,
  dormant_at: null,
  asked_number: 1,
  deleted_at: null,
  number: 1,
  public_id: '0123456789AZ',
  pepper_version: 1,
  digest: Buffer.alloc(32),
  version_expires_at: null,
  version_revoked_at: null,
  position: 1,
}

describe('compileKey', () => {
  test('makes restrictions enforced ones, named by their place and kind, unless they say otherwise', () => {
    const { restrictions } = compileKey(
      { ...row, restrictions: [{ kind: 'ip', allow: ['10.0.0.0/8'] }] },
      [row],
      joined,
    )
    expect(restrictions).toMatchObject([
      { kind: 'ip', mode: 'enforce', code: 'ip_not_allowed', rule: 'key.restrictions/0.ip' },
    ])
    const refused = ['10.1.2.3', '192.0.2.1'].map((text) =>
      restrictions[0]?.refuses({ nowMs: 0, clientIp: parseIp(text) }),
    )
    expect(refused).toEqual([false, true])
  })

  test('restricts nothing where no restriction was given', () => {
    expect(compileKey(row, [row], joined).restrictions).toEqual([])
  })

  test('keeps the scopes as they are held, patterns among them', () => {
    const { scopes } = compileKey(row, [row], joined)
    expect(scopes.patterns).toEqual(['orders.read', 'invoices.*'])
    expect([scopes.has('orders.read'), scopes.has('invoices.pay'), scopes.has('orders.write')]).toEqual([
      true,
      true,
      false,
    ])
  })
})
