/** A key that may do what is asked, for tests to spoil. */
import { parseIp, type IpAddress } from '../net/ip.ts'
import { compileScopes } from '../scope/scope-set.ts'
import type { Ask } from './decision.ts'
import type { ApiPart, AppPart, KeyPart, VersionPart, WorkspacePart } from './parts.ts'

/** 18 November 2026, 11:06:40 UTC, a Wednesday. */
export const NOW_MS = 1_795_000_000_000

export const WORKSPACE: WorkspacePart = { id: 'wsp_1', disabledAtMs: undefined }

export const APP: AppPart = {
  id: 'app_1',
  workspaceId: 'wsp_1',
  name: 'shop',
  owner: undefined,
  plan: undefined,
  limits: [],
  disabledAtMs: undefined,
}

export const API: ApiPart = {
  id: 'api_1',
  workspaceId: 'wsp_1',
  name: 'orders',
  prefix: 'acme',
  onFeedLoss: { mode: 'deny' },
  limits: [],
  disabledAtMs: undefined,
}

export const VERSION: VersionPart = {
  number: 1,
  publicId: '0123456789AZ',
  pepperVersion: 1,
  digest: new Uint8Array(32),
  expiresAtMs: undefined,
  revokedAtMs: undefined,
}

export const KEY: KeyPart = {
  id: 'key_1',
  workspace: { current: WORKSPACE },
  app: { current: APP },
  apis: [{ current: { ...API, id: 'api_0' } }, { current: API }],
  environment: 'live',
  scopes: compileScopes(['orders.read', 'orders.write']),
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
  versions: [VERSION],
}

export const ASK: Ask = {
  nowMs: NOW_MS,
  clientIp: addressOf('203.0.113.7'),
  apiId: 'api_1',
  scopes: ['orders.read'],
}

/** @throws Error for a text that is no address */
export function addressOf(text: string): IpAddress {
  const ip = parseIp(text)
  if (ip === undefined) throw new Error(`${text} is no address`)
  return ip
}
