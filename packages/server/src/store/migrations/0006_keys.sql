-- keys: what is protected (api), who may call it (key), and the secrets of a key (version).

create table keys_api (
  id                  text primary key,
  workspace_id        text not null,
  name                text not null,
  prefix              text not null,
  scopes              text[] not null default '{}',
  feed_loss_mode      text not null default 'serve_known' check (feed_loss_mode in ('deny', 'serve_known')),
  feed_loss_max_stale_seconds integer not null default 600 check (feed_loss_max_stale_seconds between 0 and 86400),
  limit_requests      bigint,
  limit_window_seconds integer,
  disabled_at         timestamptz(3),
  deleted_at          timestamptz(3),
  created_at          timestamptz(3) not null,
  updated_at          timestamptz(3) not null,
  revision            integer not null default 1,
  check ((limit_requests is null) = (limit_window_seconds is null))
);
create unique index keys_api_name on keys_api (workspace_id, name) where deleted_at is null;

create table keys_key (
  id                  text primary key,
  workspace_id        text not null,
  app_id              text not null,
  name                text not null,
  prefix              text not null,
  environment         text not null,
  api_ids             text[] not null,
  scopes              text[] not null default '{}',
  cidr_allow          text[],
  limit_requests      bigint,
  limit_window_seconds integer,
  metadata            jsonb not null default '{}',
  not_before          timestamptz(3),
  expires_at          timestamptz(3),
  disabled_at         timestamptz(3),
  revoked_at          timestamptz(3),
  revoke_reason       text,
  created_by          text not null,
  created_at          timestamptz(3) not null,
  updated_at          timestamptz(3) not null,
  revision            integer not null default 1,
  check ((limit_requests is null) = (limit_window_seconds is null))
);
create index keys_key_listing on keys_key (workspace_id, created_at desc, id desc);
create index keys_key_app on keys_key (app_id);
create index keys_key_apis on keys_key using gin (api_ids);

-- One secret. Only its keyed hash is stored: HMAC-SHA-256 under a versioned pepper that is not in this database in clear.
create table keys_version (
  id                  text primary key,
  key_id              text not null references keys_key (id),
  number              integer not null,
  public_id           text not null collate "C",
  last_four           text not null,
  pepper_version      integer not null,
  digest              bytea not null,
  created_at          timestamptz(3) not null,
  expires_at          timestamptz(3),
  revoked_at          timestamptz(3),
  unique (key_id, number)
);
create unique index keys_version_public_id on keys_version (public_id);
create index keys_version_pepper on keys_version (pepper_version);
