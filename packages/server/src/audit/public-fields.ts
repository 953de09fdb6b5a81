/**
 * The fields of entries whose strings are stored in clear. Everything else may be a secret, or may become one with the
 * next change of some form, and is stored as an HMAC. Names are those of the API, in snake_case; whatever is nested
 * under a public field is public too. Never add: secrets, free notes, metadata of customers, e-mail addresses.
 */
export const PUBLIC_FIELDS: ReadonlySet<string> = new Set([
  'name',
  'changed',
  'reason',
  'kind',
  'role',
  'status',
  'state',
  'purpose',
  // ids of ours
  'app_id',
  'api_id',
  'api_ids',
  'key_id',
  'route_id',
  'model_id',
  'provider_key_id',
  'version_id',
  'workspace_id',
  'route_ids',
  'model_ids',
  'app_ids',
  // keys and what they may do
  'prefix',
  'environment',
  'scopes',
  'required_scopes',
  'cidr_allow',
  'limit',
  'limits',
  'expires_at',
  'not_before',
  // where things go
  'provider',
  'origins',
  'methods',
  'upstream_url',
  'deployments',
  'key_headers',
  'injection_kind',
  'used_by',
  'routes',
  'models',
  'apps',
  'audit',
  'on_feed_loss',
  'timeouts',
])
