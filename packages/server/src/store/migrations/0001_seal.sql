-- All keys of the installation, each wrapped under its parent. What the purposes are for: docs/guide/seal.md.
create table seal_key (
  purpose text not null check (purpose in ('root', 'term', 'kek', 'pepper', 'audit')),
  -- '' for keys of the installation, a workspace's id for its own; 'staged' for the root key's second wrapping
  scope text not null,
  version integer not null check (version > 0),
  state text not null check (state in ('staged', 'current', 'retired', 'destroyed')),
  -- id of the key that wraps this one: 'term/3', 'root/1'; for the root key the id of the seal
  parent text not null,
  -- commitment, nonce, ciphertext, tag; empty once destroyed
  wrapped bytea not null,
  -- HMAC-SHA256(HKDF(key, 'commit'), name of the key): proves that the right key was unwrapped
  check_value bytea not null check (octet_length(check_value) = 32),
  -- counted ahead in blocks: never less than what was really done, but for what a rolled-back transaction did
  operations bigint not null default 0 check (operations >= 0),
  created_at timestamptz(3) not null default now(),
  retired_at timestamptz(3),
  destroyed_at timestamptz(3),
  primary key (purpose, scope, version),
  check ((state = 'destroyed') = (octet_length(wrapped) = 0))
);

create unique index seal_key_one_current on seal_key (purpose, scope) where state = 'current';
create index seal_key_by_parent on seal_key (parent) where state <> 'destroyed';
