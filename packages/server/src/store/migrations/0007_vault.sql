-- vault: credentials of other providers, which egress adds on the way out.

create table vault_provider_key (
  id                  text primary key,
  workspace_id        text not null,
  name                text not null,
  -- whose API it opens: openai, anthropic, …; for people and filters
  provider            text not null,
  -- where it may be sent; never more than what is sealed with the secret
  origins             text[] not null check (cardinality(origins) > 0),
  -- who may use it; nothing named: every route, model and app of the workspace
  route_ids           text[] not null default '{}',
  model_ids           text[] not null default '{}',
  app_ids             text[] not null default '{}',
  current_version     integer not null default 1,
  deleted_at          timestamptz(3),
  created_at          timestamptz(3) not null,
  updated_at          timestamptz(3) not null,
  rotated_at          timestamptz(3) not null,
  revision            integer not null default 1
);
create unique index vault_provider_key_name on vault_provider_key (workspace_id, lower(name)) where deleted_at is null;
create index vault_provider_key_listing on vault_provider_key (workspace_id, created_at desc, id desc) where deleted_at is null;

-- One secret of a provider key under a data key of its own. Destroyed: the ciphertext is gone, the line stays.
create table vault_provider_key_version (
  provider_key_id     text not null references vault_provider_key (id),
  version             integer not null,
  sealed              bytea not null,
  -- keyed: tells whether two secrets are the same one, and nothing else
  fingerprint         text not null,
  -- how the secret is put into a request; for people: egress reads the sealed copy
  injection           jsonb not null,
  created_at          timestamptz(3) not null,
  destroyed_at        timestamptz(3),
  primary key (provider_key_id, version),
  check ((destroyed_at is null) = (octet_length(sealed) > 0))
);
