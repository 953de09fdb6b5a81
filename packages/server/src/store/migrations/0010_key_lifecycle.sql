-- identity, keys: the life of a key between its creation and its end.

alter table identity_workspace
  -- a key that is not used for so long sleeps until an operator wakes it; null: never
  add column dormant_after_days integer check (dormant_after_days between 1 and 3650),
  -- a deleted key can be restored for so long
  add column restore_window_days integer not null default 30 check (restore_window_days between 0 and 365);

-- ended for good, with all its keys
alter table identity_app add column decommissioned_at timestamptz(3);
create index identity_app_owner on identity_app (workspace_id, owner);

alter table keys_key
  -- a person or a team; null: whoever owns the app
  add column owner              text,
  add column tags               text[] not null default '{}',
  -- null: as the workspace has it
  add column dormant_after_days integer check (dormant_after_days between 1 and 3650),
  -- the time without use counts from here, or from the last use
  add column awake_at           timestamptz(3),
  add column dormant_at         timestamptz(3),
  add column deleted_at         timestamptz(3),
  -- from here on a deleted key is beyond restoring
  add column purge_at           timestamptz(3),
  add check ((deleted_at is null) = (purge_at is null));
update keys_key set awake_at = created_at;
alter table keys_key alter column awake_at set not null, alter column awake_at set default clock_timestamp();
create index keys_key_owner on keys_key (workspace_id, owner) where owner is not null;
create index keys_key_tags on keys_key using gin (tags) where tags <> '{}';
create index keys_key_purge on keys_key (purge_at) where purge_at is not null;

-- When a key was last admitted, to the minute. Written by the drain, never on the way of a request. Beside the key,
-- because a key's row changes only when somebody changes the key.
create table keys_use (
  key_id              text primary key collate "C",
  last_used_at        timestamptz(3) not null
) with (fillfactor = 70);

-- Where a key was presented from, with the right secret: the last addresses of each, to a quarter of an hour.
create table keys_seen_ip (
  key_id              text not null collate "C",
  ip                  inet not null,
  seen_at             timestamptz(3) not null,
  primary key (key_id, ip)
) with (fillfactor = 70);
create index keys_seen_ip_by_ip on keys_seen_ip (ip, seen_at);
create index keys_seen_ip_by_time on keys_seen_ip (seen_at);

-- Orders on many keys: first previewed, which freezes their keys; then carried out in batches, by whichever process.
create table keys_order (
  id                  text primary key,
  workspace_id        text not null,
  kind                text not null check (kind in ('revoke_keys', 'decommission_app', 'decommission_owner')),
  state               text not null check (state in ('previewed', 'running', 'done')),
  -- what was asked for, as on the wire
  subject             jsonb not null,
  reason              text,
  -- apps that end with their keys
  app_ids             text[] not null default '{}',
  -- of the ids of the frozen keys, in order
  set_digest          text not null,
  -- what whoever gives the order must repeat
  confirm             text not null unique,
  keys_total          integer not null,
  keys_revoked        integer not null default 0,
  -- were revoked by somebody else, or purged, before their turn came
  keys_skipped        integer not null default 0,
  -- of the last change in the feed that belongs to it
  position            bigint not null default 0,
  actor               jsonb not null,
  created_at          timestamptz(3) not null,
  -- a preview that nobody confirms is void from here on
  expires_at          timestamptz(3) not null,
  started_at          timestamptz(3),
  finished_at         timestamptz(3)
);
create index keys_order_listing on keys_order (workspace_id, created_at desc, id desc);
create index keys_order_running on keys_order (id) where state = 'running';
create index keys_order_previewed on keys_order (expires_at) where state = 'previewed';

-- Keys that an order has still to end.
create table keys_order_item (
  order_id            text not null references keys_order (id) on delete cascade,
  key_id              text not null collate "C",
  primary key (order_id, key_id)
);

-- Secrets of other systems, of which only a hash came in. Stored is HMAC(pepper, algorithm and hash), never the hash.
alter table keys_version
  -- null: issued here
  add column import_algorithm   text check (import_algorithm in ('sha256', 'sha512')),
  -- the public id that follows from that HMAC, once the first use has given the version another one: tells whether a
  -- hash was imported before
  add column import_tag         text collate "C",
  -- the public id before the last change of hash, for processes that have not heard of it yet
  add column earlier_id         text collate "C",
  -- what may be shown of the beginning of the secret
  add column start_hint         text,
  -- at its first use the digest became the usual one, of the secret itself
  add column upgraded_at        timestamptz(3),
  add check (import_algorithm is not null or import_tag is null),
  add check ((import_tag is null) = (upgraded_at is null));
create unique index keys_version_import_tag on keys_version (import_tag) where import_tag is not null;
create index keys_version_earlier_id on keys_version (earlier_id) where earlier_id is not null;

-- In which forms, and under which peppers, public ids are made of presented secrets. A few rows, never taken away.
create table keys_import_form (
  form                text not null check (form in ('presented', 'sha256', 'sha512')),
  pepper_version      integer not null,
  primary key (form, pepper_version)
);

-- What an admin key may give to others: keys for these apis with these scopes, and admin keys within the same bounds.
alter table identity_admin_key
  drop constraint identity_admin_key_check,
  -- null: all
  add column scopes text[];
-- the key of whoever uses the link up may not outlive the key that made the link
alter table identity_setup_link add column key_expires_at timestamptz(3);
