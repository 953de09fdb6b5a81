-- identity: workspaces, the apps that own keys, and the credentials of operators.

create table identity_workspace (
  id                  text primary key,
  name                text not null,
  -- the first one: its operators look after the installation
  is_home             boolean not null default false,
  -- no key of the workspace lives longer
  max_key_age_seconds integer not null check (max_key_age_seconds between 60 and 315360000),
  disabled_at         timestamptz(3),
  created_at          timestamptz(3) not null,
  updated_at          timestamptz(3) not null,
  revision            integer not null default 1
);
create unique index identity_workspace_one_home on identity_workspace (is_home) where is_home;
create unique index identity_workspace_name on identity_workspace (lower(name));
create index identity_workspace_listing on identity_workspace (created_at desc, id desc);

create table identity_app (
  id                  text primary key,
  workspace_id        text not null references identity_workspace (id),
  name                text not null,
  -- whom to ask about it: a person or a team, usually an address
  owner               text not null,
  description         text not null,
  metadata            jsonb not null,
  disabled_at         timestamptz(3),
  -- kept as a tombstone: its keys, entries and usage still name it
  deleted_at          timestamptz(3),
  created_at          timestamptz(3) not null,
  updated_at          timestamptz(3) not null,
  revision            integer not null default 1
);
create unique index identity_app_name on identity_app (workspace_id, lower(name)) where deleted_at is null;
create index identity_app_listing on identity_app (workspace_id, created_at desc, id desc) where deleted_at is null;

-- The credential of an operator. Only its keyed hash is stored, as with every key.
create table identity_admin_key (
  id                  text primary key,
  workspace_id        text not null references identity_workspace (id),
  name                text not null,
  role                text not null,
  -- for the role verifier: only these apis; null: all of the workspace
  api_ids             text[],
  public_id           text not null collate "C",
  last_four           text not null,
  pepper_version      integer not null,
  digest              bytea not null check (octet_length(digest) = 32),
  expires_at          timestamptz(3),
  revoked_at          timestamptz(3),
  created_by          text not null,
  created_at          timestamptz(3) not null,
  check (api_ids is null or role = 'verifier')
);
create unique index identity_admin_key_public_id on identity_admin_key (public_id);
create index identity_admin_key_listing on identity_admin_key (workspace_id, created_at desc, id desc);
create index identity_admin_key_pepper on identity_admin_key (pepper_version);

-- One link that makes the first owner. Only the keyed hash of its secret is stored.
create table identity_setup_link (
  id                  text primary key,
  workspace_id        text not null references identity_workspace (id),
  public_id           text not null collate "C" unique,
  pepper_version      integer not null,
  digest              bytea not null check (octet_length(digest) = 32),
  expires_at          timestamptz(3) not null,
  used_at             timestamptz(3),
  created_at          timestamptz(3) not null
);
