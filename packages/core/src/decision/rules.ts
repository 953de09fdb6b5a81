/**
 * The rules of a decision, in their order. The order is part of the contract: the first that refuses is the answer.
 * `decide` reads them to answer, `explain` to tell; there is no other copy. Between the table and the rule of scopes
 * stand the key's own restrictions.
 */
import type { Ask, RefusalCode } from './decision.ts'
import { holderOfScope, holdsScope, mendScopes } from './held-scopes.ts'
import { isRestrictedEnough, maximumEndMs } from './maximum.ts'
import type { ApiPart, KeyPart, VersionPart } from './parts.ts'

export interface Rule {
  readonly rule: string
  readonly code: RefusalCode
  readonly refuses: (key: KeyPart, version: VersionPart, ask: Ask) => boolean
  /** What was found, for people. */
  readonly detail: (key: KeyPart, version: VersionPart, ask: Ask) => string
  /** The smallest edit that would make it pass; undefined: nothing would. Asked only when it refuses. */
  readonly change: (key: KeyPart, version: VersionPart, ask: Ask) => string | undefined
}

/** What the key is, and for what. */
export const RULES_OF_THE_KEY: readonly Rule[] = [
  {
    rule: 'key.revoked',
    code: 'key_revoked',
    refuses: (key) => key.revokedAtMs !== undefined,
    detail: (key) => since('The key was revoked', key.revokedAtMs, 'The key is not revoked.'),
    change: () => undefined,
  },
  {
    rule: 'version.revoked',
    code: 'key_revoked',
    refuses: (_key, version) => version.revokedAtMs !== undefined,
    detail: (_key, { number, revokedAtMs }) =>
      since(`Version ${number} was revoked`, revokedAtMs, `Version ${number} is not revoked.`),
    change: (_key, version) => `use another version of the key than ${version.number}`,
  },
  {
    rule: 'key.deleted',
    code: 'key_deleted',
    refuses: (key) => key.deletedAtMs !== undefined,
    detail: (key) => since('The key was deleted', key.deletedAtMs, 'The key is not deleted.'),
    change: () => 'restore the key',
  },
  {
    rule: 'key.expires_at',
    code: 'key_expired',
    refuses: (key, _version, ask) => key.expiresAtMs !== undefined && ask.nowMs >= key.expiresAtMs,
    detail: (key, _version, ask) => endOf('The key', key.expiresAtMs, ask.nowMs),
    change: (_key, _version, ask) => `set expires_at of the key to later than ${instant(ask.nowMs)}`,
  },
  {
    rule: 'version.expires_at',
    code: 'key_expired',
    refuses: (_key, version, ask) => version.expiresAtMs !== undefined && ask.nowMs >= version.expiresAtMs,
    detail: (_key, version, ask) => endOf(`Version ${version.number}`, version.expiresAtMs, ask.nowMs),
    change: (_key, version) => `use the version that followed ${version.number}`,
  },
  {
    rule: 'key.not_before',
    code: 'key_not_yet_valid',
    refuses: (key, _version, ask) => key.notBeforeAtMs !== undefined && ask.nowMs < key.notBeforeAtMs,
    detail: (key) => since('The key is valid', key.notBeforeAtMs, 'The key has no begin.'),
    change: (_key, _version, ask) => `set not_before of the key to ${instant(ask.nowMs)} or earlier`,
  },
  {
    rule: 'workspace.disabled',
    code: 'workspace_disabled',
    refuses: (key) => key.workspace.current.disabledAtMs !== undefined,
    detail: ({ workspace: { current } }) =>
      since('The workspace is disabled', current.disabledAtMs, 'The workspace is enabled.'),
    change: (key) => `enable the workspace ${key.workspace.current.id}`,
  },
  {
    rule: 'app.disabled',
    code: 'app_disabled',
    refuses: (key) => key.app.current.disabledAtMs !== undefined,
    detail: ({ app: { current } }) => since('The app is disabled', current.disabledAtMs, 'The app is enabled.'),
    change: (key) => `enable the app ${key.app.current.id}`,
  },
  {
    rule: 'key.disabled',
    code: 'key_disabled',
    refuses: (key) => key.disabledAtMs !== undefined,
    detail: (key) => since('The key is disabled', key.disabledAtMs, 'The key is enabled.'),
    change: () => 'enable the key',
  },
  {
    rule: 'key.dormant',
    code: 'key_dormant',
    refuses: (key, _version, ask) => key.dormantAtMs !== undefined && ask.nowMs >= key.dormantAtMs,
    detail: (key) => since('Unused, the key is dormant', key.dormantAtMs, 'The key does not become dormant.'),
    change: () => 'wake the key',
  },
  {
    rule: 'key.apis',
    code: 'api_not_allowed',
    refuses: (key, _version, ask) => ask.apiId !== undefined && apiOf(key, ask.apiId) === undefined,
    detail: (key, _version, { apiId }) => {
      if (apiId === undefined) return 'No api was named.'
      return `The key is ${apiOf(key, apiId) === undefined ? 'not ' : ''}for ${apiId}.`
    },
    change: (_key, _version, ask) => `add ${ask.apiId ?? ''} to the apis of the key`,
  },
  {
    rule: 'api.disabled',
    code: 'api_not_allowed',
    refuses: (key, _version, ask) => ask.apiId !== undefined && apiOf(key, ask.apiId)?.disabledAtMs !== undefined,
    detail: (key, _version, { apiId }) => {
      const api = apiId === undefined ? undefined : apiOf(key, apiId)
      if (api === undefined) return 'There is no api to look at.'
      return since('The api is disabled', api.disabledAtMs, 'The api is enabled.')
    },
    change: (_key, _version, ask) => `enable the api ${ask.apiId ?? ''}`,
  },
  {
    rule: 'key.api_version',
    code: 'api_version_not_allowed',
    // a call that names no version is served with the key's own
    refuses: (key, _version, ask) =>
      key.apiVersion !== undefined && ask.apiVersion !== undefined && ask.apiVersion !== key.apiVersion,
    detail: (key, _version, ask) => {
      if (key.apiVersion === undefined) return 'The key is bound to no version of its api.'
      const asked = ask.apiVersion === undefined ? 'no version was named' : `${ask.apiVersion} was named`
      return `The key is bound to version ${key.apiVersion}; ${asked}.`
    },
    change: (_key, _version, ask) => `bind the key to version ${ask.apiVersion ?? ''}`,
  },
  {
    rule: 'api.maximum.lifetime',
    code: 'key_expired',
    refuses: (key, _version, ask) => ask.nowMs >= maximumEndMs(key, ask.apiId),
    detail: (key, _version, ask) => {
      const endMs = maximumEndMs(key, ask.apiId)
      return endOf('The longest life that the api allows', endMs === Infinity ? undefined : endMs, ask.nowMs)
    },
    change: () => 'raise the maximum of the api, or make another key',
  },
  {
    rule: 'api.maximum.restrictions',
    code: 'api_not_allowed',
    refuses: (key, _version, ask) => !isRestrictedEnough(key, ask.apiId),
    detail: (key, _version, ask) =>
      isRestrictedEnough(key, ask.apiId)
        ? 'The key has the restrictions that the api demands.'
        : 'The key lacks restrictions that the api demands, does not enforce them, or allows everything by them.',
    change: () => 'restrict the key as the maximum of the api demands',
  },
]

/** What the key may do: the last one, so that a caller from elsewhere does not learn what a key lacks. */
export const SCOPES_RULE: Rule = {
  rule: 'key.scopes',
  code: 'scope_missing',
  refuses: (key, _version, ask) => {
    for (const scope of ask.scopes) if (!holdsScope(key, scope, ask.apiId)) return true
    return false
  },
  detail: (key, _version, { scopes, apiId }) => {
    if (scopes.length === 0) return 'No scope is needed.'
    return `${scopes.map((scope) => `${scope} is held by ${holderOfScope(key, scope, apiId) ?? 'nothing'}`).join('; ')}.`
  },
  change: (key, _version, ask) => mendScopes(key, ask.scopes, ask.apiId),
}

function apiOf(key: KeyPart, apiId: string): ApiPart | undefined {
  for (const { current } of key.apis) if (current.id === apiId) return current
  return undefined
}

function since(what: string, atMs: number | undefined, otherwise: string): string {
  return atMs === undefined ? otherwise : `${what} since ${instant(atMs)}.`
}

function endOf(what: string, expiresAtMs: number | undefined, nowMs: number): string {
  if (expiresAtMs === undefined) return `${what} has no end.`
  return `${what} ${nowMs >= expiresAtMs ? 'expired' : 'expires'} at ${instant(expiresAtMs)}.`
}

/** RFC 3339; an instant that no calendar holds is told as its number. */
function instant(atMs: number): string {
  return Math.abs(atMs) <= 8.64e15 ? new Date(atMs).toISOString() : `${atMs} ms`
}
