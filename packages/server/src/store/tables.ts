/** Made by `npm run tables` from the migrated database: do not edit. */
import type { ColumnType, Generated, GeneratedAlways } from 'kysely'

export interface Tables {
  audit_entry: AuditEntryTable
  audit_head: AuditHeadTable
  audit_journal: AuditJournalTable
  audit_leaf: AuditLeafTable
  audit_open: AuditOpenTable
  audit_pending: AuditPendingTable
  audit_probe: AuditProbeTable
  dataplane_model: DataplaneModelTable
  dataplane_place: DataplanePlaceTable
  dataplane_route: DataplaneRouteTable
  feed_change: FeedChangeTable
  feed_head: FeedHeadTable
  feed_node: FeedNodeTable
  http_handover: HttpHandoverTable
  http_idempotency: HttpIdempotencyTable
  identity_admin_key: IdentityAdminKeyTable
  identity_app: IdentityAppTable
  identity_setup_link: IdentitySetupLinkTable
  identity_workspace: IdentityWorkspaceTable
  keys_api: KeysApiTable
  keys_import_form: KeysImportFormTable
  keys_key: KeysKeyTable
  keys_order: KeysOrderTable
  keys_order_item: KeysOrderItemTable
  keys_plan: KeysPlanTable
  keys_role: KeysRoleTable
  keys_seen_ip: KeysSeenIpTable
  keys_use: KeysUseTable
  keys_version: KeysVersionTable
  seal_key: SealKeyTable
  store_migration: StoreMigrationTable
  store_migration_checksum: StoreMigrationChecksumTable
  store_migration_lock: StoreMigrationLockTable
  usage_counter: UsageCounterTable
  usage_credit: UsageCreditTable
  usage_credit_block: UsageCreditBlockTable
  usage_credit_closed: UsageCreditClosedTable
  usage_credit_entry: UsageCreditEntryTable
  usage_credit_grant: UsageCreditGrantTable
  usage_hour: UsageHourTable
  usage_redis: UsageRedisTable
  usage_shield_block: UsageShieldBlockTable
  vault_provider_key: VaultProviderKeyTable
  vault_provider_key_version: VaultProviderKeyVersionTable
}

export interface AuditEntryTable {
  id: GeneratedAlways<number>
  at: ColumnType<Date, Date | string, Date | string>
  workspace_id: string | null
  actor_type: string
  actor_id: string
  key_id: string | null
  client_ip: string | null
  user_agent: string | null
  request_id: string | null
  endpoint: string | null
  operation: string
  outcome: string
  status: number
  duration_ms: number
  resource_type: string
  resource_id: string
  facts: ColumnType<unknown, string, string>
  salts: ColumnType<unknown, string, string>
  erased: ColumnType<unknown, string | undefined, string>
  leaf: ColumnType<Buffer, Uint8Array, Uint8Array>
}

export interface AuditHeadTable {
  only_row: Generated<boolean>
  size: ColumnType<number, number | bigint, number | bigint>
}

export interface AuditJournalTable {
  id: ColumnType<number, number | bigint | undefined, number | bigint>
  written_at: ColumnType<Date, Date | string | undefined, Date | string>
  node_id: string
  first_sequence: ColumnType<number, number | bigint, number | bigint>
  last_sequence: ColumnType<number, number | bigint, number | bigint>
  workspace_id: string
  from_at: ColumnType<Date, Date | string, Date | string>
  to_at: ColumnType<Date, Date | string, Date | string>
  decisions: number
  key_tags: readonly number[]
  block: ColumnType<Buffer, Uint8Array, Uint8Array>
  salt: ColumnType<Buffer, Uint8Array, Uint8Array>
  leaf: ColumnType<Buffer, Uint8Array, Uint8Array>
}

export interface AuditLeafTable {
  position: ColumnType<number, number | bigint, number | bigint>
  leaf: ColumnType<Buffer, Uint8Array, Uint8Array>
  source: string
  source_id: ColumnType<number, number | bigint, number | bigint>
}

export interface AuditOpenTable {
  node_id: string
  request_id: string
  line: string
}

export interface AuditPendingTable {
  id: GeneratedAlways<number>
  source: string
  source_id: ColumnType<number, number | bigint, number | bigint>
  leaf: ColumnType<Buffer, Uint8Array, Uint8Array>
}

export interface AuditProbeTable {
  second: ColumnType<Date, Date | string, Date | string>
  node_id: string
  ip_prefix: string
  reason: string
  refusals: ColumnType<number, number | bigint, number | bigint>
}

export interface DataplaneModelTable {
  id: string
  workspace_id: string
  name: string
  api_id: string
  deployments: ColumnType<unknown, string, string>
  required_scopes: readonly string[]
  audit: Generated<string>
  feed_loss_mode: string | null
  feed_loss_max_stale_seconds: number | null
  connect_timeout_ms: number
  first_byte_timeout_ms: number
  idle_timeout_ms: number
  total_timeout_ms: number
  max_body_bytes: ColumnType<number, number | bigint, number | bigint>
  created_at: ColumnType<Date, Date | string, Date | string>
  updated_at: ColumnType<Date, Date | string, Date | string>
  revision: Generated<number>
  limits: ColumnType<unknown, string | undefined, string>
  cost: Generated<number>
  rate_limit_headers: Generated<string>
}

export interface DataplanePlaceTable {
  host: string
  path: string
  route_id: string
  workspace_id: string
}

export interface DataplaneRouteTable {
  id: string
  workspace_id: string
  name: string
  api_id: string
  upstream_url: string | null
  methods: Generated<readonly string[]>
  required_scopes: readonly string[]
  provider_key_id: string | null
  key_headers: Generated<readonly string[]>
  audit: Generated<string>
  feed_loss_mode: string | null
  feed_loss_max_stale_seconds: number | null
  connect_timeout_ms: number
  first_byte_timeout_ms: number
  idle_timeout_ms: number
  total_timeout_ms: number
  max_body_bytes: ColumnType<number, number | bigint, number | bigint>
  created_at: ColumnType<Date, Date | string, Date | string>
  updated_at: ColumnType<Date, Date | string, Date | string>
  revision: Generated<number>
  limits: ColumnType<unknown, string | undefined, string>
  cost: Generated<number>
  rate_limit_headers: Generated<string>
  api_version: ColumnType<unknown | null, string | null, string | null>
  hosts: Generated<readonly string[]>
  paths: Generated<readonly string[]>
  rewrite: ColumnType<unknown | null, string | null, string | null>
  header_rules: ColumnType<unknown | null, string | null, string | null>
  cors: ColumnType<unknown | null, string | null, string | null>
  maintenance: ColumnType<unknown | null, string | null, string | null>
  upstreams: ColumnType<unknown, string | undefined, string>
  when_all_out: Generated<string>
  circuit_breaker: ColumnType<unknown | null, string | null, string | null>
  health_check: ColumnType<unknown | null, string | null, string | null>
  retries: ColumnType<unknown | null, string | null, string | null>
  tells_identity: Generated<boolean>
}

export interface FeedChangeTable {
  position: ColumnType<number, number | bigint, number | bigint>
  at: ColumnType<Date, Date | string, Date | string>
  workspace_id: string
  kind: string
  subject_type: string
  subject_id: string
  detail: ColumnType<unknown, string, string>
}

export interface FeedHeadTable {
  one: Generated<boolean>
  log_id: Generated<string>
  position: ColumnType<number, number | bigint | undefined, number | bigint>
}

export interface FeedNodeTable {
  id: string
  name: string
  roles: readonly string[]
  version: string
  started_at: ColumnType<Date, Date | string | undefined, Date | string>
  seen_at: ColumnType<Date, Date | string | undefined, Date | string>
  ended_at: ColumnType<Date | null, Date | string | null, Date | string | null>
  position: ColumnType<number, number | bigint | undefined, number | bigint>
  drained_sequence: ColumnType<number, number | bigint | undefined, number | bigint>
}

export interface HttpHandoverTable {
  id: string
  workspace_id: string
  admin_key_id: string
  key_hash: string
  sealed: ColumnType<Buffer, Uint8Array, Uint8Array>
  expires_at: ColumnType<Date, Date | string, Date | string>
}

export interface HttpIdempotencyTable {
  admin_key_id: string
  key_hash: string
  workspace_id: string
  operation_id: string
  payload_hash: string
  request_id: string
  state: string
  running_until: ColumnType<Date, Date | string, Date | string>
  status: number | null
  location: string | null
  etag: string | null
  answer: ColumnType<unknown | null, string | null, string | null>
  resource_id: string | null
  created_at: ColumnType<Date, Date | string, Date | string>
  expires_at: ColumnType<Date, Date | string, Date | string>
}

export interface IdentityAdminKeyTable {
  id: string
  workspace_id: string
  name: string
  role: string
  api_ids: readonly string[] | null
  public_id: string
  last_four: string
  pepper_version: number
  digest: ColumnType<Buffer, Uint8Array, Uint8Array>
  expires_at: ColumnType<Date | null, Date | string | null, Date | string | null>
  revoked_at: ColumnType<Date | null, Date | string | null, Date | string | null>
  created_by: string
  created_at: ColumnType<Date, Date | string, Date | string>
  scopes: readonly string[] | null
}

export interface IdentityAppTable {
  id: string
  workspace_id: string
  name: string
  owner: string
  description: string
  metadata: ColumnType<unknown, string, string>
  disabled_at: ColumnType<Date | null, Date | string | null, Date | string | null>
  deleted_at: ColumnType<Date | null, Date | string | null, Date | string | null>
  created_at: ColumnType<Date, Date | string, Date | string>
  updated_at: ColumnType<Date, Date | string, Date | string>
  revision: Generated<number>
  decommissioned_at: ColumnType<Date | null, Date | string | null, Date | string | null>
  limits: ColumnType<unknown, string | undefined, string>
  plan_id: string | null
}

export interface IdentitySetupLinkTable {
  id: string
  workspace_id: string
  public_id: string
  pepper_version: number
  digest: ColumnType<Buffer, Uint8Array, Uint8Array>
  expires_at: ColumnType<Date, Date | string, Date | string>
  used_at: ColumnType<Date | null, Date | string | null, Date | string | null>
  created_at: ColumnType<Date, Date | string, Date | string>
  key_expires_at: ColumnType<Date | null, Date | string | null, Date | string | null>
}

export interface IdentityWorkspaceTable {
  id: string
  name: string
  is_home: Generated<boolean>
  max_key_age_seconds: number
  disabled_at: ColumnType<Date | null, Date | string | null, Date | string | null>
  created_at: ColumnType<Date, Date | string, Date | string>
  updated_at: ColumnType<Date, Date | string, Date | string>
  revision: Generated<number>
  dormant_after_days: number | null
  restore_window_days: Generated<number>
}

export interface KeysApiTable {
  id: string
  workspace_id: string
  name: string
  prefix: string
  scopes: Generated<readonly string[]>
  feed_loss_mode: Generated<string>
  feed_loss_max_stale_seconds: Generated<number>
  disabled_at: ColumnType<Date | null, Date | string | null, Date | string | null>
  deleted_at: ColumnType<Date | null, Date | string | null, Date | string | null>
  created_at: ColumnType<Date, Date | string, Date | string>
  updated_at: ColumnType<Date, Date | string, Date | string>
  revision: Generated<number>
  limits: ColumnType<unknown, string | undefined, string>
  maximum: ColumnType<unknown | null, string | null, string | null>
}

export interface KeysImportFormTable {
  form: string
  pepper_version: number
}

export interface KeysKeyTable {
  id: string
  workspace_id: string
  app_id: string
  name: string
  prefix: string
  environment: string
  api_ids: readonly string[]
  scopes: Generated<readonly string[]>
  metadata: ColumnType<unknown, string | undefined, string>
  not_before: ColumnType<Date | null, Date | string | null, Date | string | null>
  expires_at: ColumnType<Date | null, Date | string | null, Date | string | null>
  disabled_at: ColumnType<Date | null, Date | string | null, Date | string | null>
  revoked_at: ColumnType<Date | null, Date | string | null, Date | string | null>
  revoke_reason: string | null
  created_by: string
  created_at: ColumnType<Date, Date | string, Date | string>
  updated_at: ColumnType<Date, Date | string, Date | string>
  revision: Generated<number>
  owner: string | null
  tags: Generated<readonly string[]>
  dormant_after_days: number | null
  awake_at: ColumnType<Date, Date | string | undefined, Date | string>
  dormant_at: ColumnType<Date | null, Date | string | null, Date | string | null>
  deleted_at: ColumnType<Date | null, Date | string | null, Date | string | null>
  purge_at: ColumnType<Date | null, Date | string | null, Date | string | null>
  restrictions: ColumnType<unknown, string | undefined, string>
  limits: ColumnType<unknown, string | undefined, string>
  plan_id: string | null
  grant_reason: string | null
  role_ids: Generated<readonly string[]>
}

export interface KeysOrderTable {
  id: string
  workspace_id: string
  kind: string
  state: string
  subject: ColumnType<unknown, string, string>
  reason: string | null
  app_ids: Generated<readonly string[]>
  set_digest: string
  confirm: string
  keys_total: number
  keys_revoked: Generated<number>
  keys_skipped: Generated<number>
  position: ColumnType<number, number | bigint | undefined, number | bigint>
  actor: ColumnType<unknown, string, string>
  created_at: ColumnType<Date, Date | string, Date | string>
  expires_at: ColumnType<Date, Date | string, Date | string>
  started_at: ColumnType<Date | null, Date | string | null, Date | string | null>
  finished_at: ColumnType<Date | null, Date | string | null, Date | string | null>
}

export interface KeysOrderItemTable {
  order_id: string
  key_id: string
}

export interface KeysPlanTable {
  id: string
  workspace_id: string
  name: string
  limits: ColumnType<unknown, string | undefined, string>
  created_at: ColumnType<Date, Date | string, Date | string>
  updated_at: ColumnType<Date, Date | string, Date | string>
  revision: Generated<number>
}

export interface KeysRoleTable {
  id: string
  workspace_id: string
  name: string
  description: string
  scopes: readonly string[]
  created_at: ColumnType<Date, Date | string, Date | string>
  updated_at: ColumnType<Date, Date | string, Date | string>
  deleted_at: ColumnType<Date | null, Date | string | null, Date | string | null>
  revision: Generated<number>
}

export interface KeysSeenIpTable {
  key_id: string
  ip: string
  seen_at: ColumnType<Date, Date | string, Date | string>
}

export interface KeysUseTable {
  key_id: string
  last_used_at: ColumnType<Date, Date | string, Date | string>
}

export interface KeysVersionTable {
  id: string
  key_id: string
  number: number
  public_id: string
  last_four: string
  pepper_version: number
  digest: ColumnType<Buffer, Uint8Array, Uint8Array>
  created_at: ColumnType<Date, Date | string, Date | string>
  expires_at: ColumnType<Date | null, Date | string | null, Date | string | null>
  revoked_at: ColumnType<Date | null, Date | string | null, Date | string | null>
  import_algorithm: string | null
  import_tag: string | null
  earlier_id: string | null
  start_hint: string | null
  upgraded_at: ColumnType<Date | null, Date | string | null, Date | string | null>
}

export interface SealKeyTable {
  purpose: string
  scope: string
  version: number
  state: string
  parent: string
  wrapped: ColumnType<Buffer, Uint8Array, Uint8Array>
  check_value: ColumnType<Buffer, Uint8Array, Uint8Array>
  operations: ColumnType<number, number | bigint | undefined, number | bigint>
  created_at: ColumnType<Date, Date | string | undefined, Date | string>
  retired_at: ColumnType<Date | null, Date | string | null, Date | string | null>
  destroyed_at: ColumnType<Date | null, Date | string | null, Date | string | null>
}

export interface StoreMigrationTable {
  name: string
  timestamp: string
}

export interface StoreMigrationChecksumTable {
  name: string
  checksum: string
}

export interface StoreMigrationLockTable {
  id: string
  is_locked: Generated<number>
}

export interface UsageCounterTable {
  id: string
  window_ms: ColumnType<number, number | bigint, number | bigint>
  width_ms: ColumnType<number, number | bigint, number | bigint>
  last_ms: ColumnType<number, number | bigint, number | bigint>
  buckets: ColumnType<readonly number[], readonly (number | bigint)[] | undefined, readonly (number | bigint)[]>
  units: ColumnType<readonly number[], readonly (number | bigint)[] | undefined, readonly (number | bigint)[]>
  state: ColumnType<unknown | null, string | null, string | null>
}

export interface UsageCreditTable {
  account_id: string
  workspace_id: string
  booked: ColumnType<number, number | bigint | undefined, number | bigint>
  leased: ColumnType<number, number | bigint | undefined, number | bigint>
  refundable: ColumnType<number, number | bigint | undefined, number | bigint>
  entries: ColumnType<number, number | bigint | undefined, number | bigint>
}

export interface UsageCreditBlockTable {
  node_id: string
  number: ColumnType<number, number | bigint, number | bigint>
  account_id: string
  units: ColumnType<number, number | bigint, number | bigint>
  spent: ColumnType<number, number | bigint, number | bigint>
  opened_at: ColumnType<Date, Date | string | undefined, Date | string>
}

export interface UsageCreditClosedTable {
  node_id: string
  number: ColumnType<number, number | bigint, number | bigint>
  at: ColumnType<Date, Date | string | undefined, Date | string>
}

export interface UsageCreditEntryTable {
  account_id: string
  number: ColumnType<number, number | bigint, number | bigint>
  kind: string
  units: ColumnType<number, number | bigint, number | bigint>
  balance: ColumnType<number, number | bigint, number | bigint>
  reference: string
  note: string | null
  ends_at: ColumnType<Date | null, Date | string | null, Date | string | null>
  at: ColumnType<Date, Date | string | undefined, Date | string>
  about: ColumnType<number | null, number | bigint | null, number | bigint | null>
}

export interface UsageCreditGrantTable {
  account_id: string
  number: ColumnType<number, number | bigint, number | bigint>
  ends_at: ColumnType<Date, Date | string, Date | string>
  units: ColumnType<number, number | bigint, number | bigint>
}

export interface UsageHourTable {
  workspace_id: string
  hour: ColumnType<Date, Date | string, Date | string>
  app_id: string
  key_id: string
  target_id: string
  requests: ColumnType<number, number | bigint, number | bigint>
  refused: ColumnType<number, number | bigint, number | bigint>
  failed: ColumnType<number, number | bigint, number | bigint>
  input_tokens: ColumnType<number, number | bigint, number | bigint>
  output_tokens: ColumnType<number, number | bigint, number | bigint>
  cached_tokens: ColumnType<number, number | bigint, number | bigint>
  unmetered: ColumnType<number, number | bigint, number | bigint>
  bytes_in: ColumnType<number, number | bigint, number | bigint>
  bytes_out: ColumnType<number, number | bigint, number | bigint>
  duration_ms: number
}

export interface UsageRedisTable {
  only_row: Generated<boolean>
  mark_id: string
  run_id: string
}

export interface UsageShieldBlockTable {
  node_id: string
  scope: string
  subject: string
  since_at: ColumnType<Date, Date | string, Date | string>
  until_at: ColumnType<Date, Date | string, Date | string>
  failures: number
}

export interface VaultProviderKeyTable {
  id: string
  workspace_id: string
  name: string
  provider: string
  origins: readonly string[]
  route_ids: Generated<readonly string[]>
  model_ids: Generated<readonly string[]>
  app_ids: Generated<readonly string[]>
  current_version: Generated<number>
  deleted_at: ColumnType<Date | null, Date | string | null, Date | string | null>
  created_at: ColumnType<Date, Date | string, Date | string>
  updated_at: ColumnType<Date, Date | string, Date | string>
  rotated_at: ColumnType<Date, Date | string, Date | string>
  revision: Generated<number>
}

export interface VaultProviderKeyVersionTable {
  provider_key_id: string
  version: number
  sealed: ColumnType<Buffer, Uint8Array, Uint8Array>
  fingerprint: string
  injection: ColumnType<unknown, string, string>
  created_at: ColumnType<Date, Date | string, Date | string>
  destroyed_at: ColumnType<Date | null, Date | string | null, Date | string | null>
  expires_at: ColumnType<Date | null, Date | string | null, Date | string | null>
}
