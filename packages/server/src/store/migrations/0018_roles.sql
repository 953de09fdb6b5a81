-- keys: roles of keys.

-- A named set of scopes. Keys point at it: an edit of it rewrites none of them.
create table keys_role (
  id                  text primary key,
  workspace_id        text not null,
  name                text not null,
  description         text not null,
  scopes              text[] not null,
  created_at          timestamptz(3) not null,
  updated_at          timestamptz(3) not null,
  deleted_at          timestamptz(3),
  revision            integer not null default 1
);
create unique index keys_role_name on keys_role (workspace_id, name) where deleted_at is null;

alter table keys_key add column role_ids text[] not null default '{}';
create index keys_key_role on keys_key using gin (role_ids) where role_ids <> '{}';
